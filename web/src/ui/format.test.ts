import { expect, it } from "vitest";
import { compactNumber, exactNumber, relativeTime } from "./format";

const now = Date.parse("2026-11-21T12:00:00.000Z");

it.each([
  ["2026-11-21T11:59:30.000Z", "now"],
  ["2026-11-21T12:00:30.000Z", "now"],
  ["2026-11-21T11:56:00.000Z", "4m"],
  ["2026-11-21T05:00:00.000Z", "7h"],
  ["2026-11-19T12:00:00.000Z", "Nov 19"],
  ["2025-11-19T12:00:00.000Z", "Nov 19, 2025"],
])("says how long ago %s was", (iso, text) => expect(relativeTime(iso, now)).toBe(text));

it("is compact for the eye and exact for the ear", () => {
  expect(compactNumber(15_432)).toBe("15.4K");
  expect(exactNumber(15_432)).toBe("15,432");
});
