import { expect, it } from "vitest";
import { contrast } from "../../tests/contrast";
import { callOf } from "./call";

const ids = Array.from({ length: 500 }, (_, i) => (250316734871552409n + BigInt(i) * 7919n).toString());

it("is always the same for the same id", () => {
  expect(callOf("250316734871552409")).toEqual(callOf("250316734871552409"));
  expect(callOf("250316734871552409", 50).background).toBe(callOf("250316734871552409").background);
});

it("differs between ids, even neighbouring ones", () => {
  expect(new Set(ids.map((id) => JSON.stringify(callOf(id)))).size).toBe(ids.length);
});

it("uses its colours about evenly", () => {
  const uses = new Map<string, number>();
  for (const id of ids) uses.set(callOf(id).background, (uses.get(callOf(id).background) ?? 0) + 1);
  expect(uses.size).toBe(16);
  expect(Math.max(...uses.values())).toBeLessThan((ids.length / 16) * 2);
});

it("can always be told from its background", () => {
  for (const { background, foreground } of ids.map((id) => callOf(id))) {
    expect(contrast(background, foreground)).toBeGreaterThanOrEqual(3);
  }
});

it("keeps its notes between silence and full", () => {
  for (const note of callOf("1", 200).notes) {
    expect(note).toBeGreaterThanOrEqual(0.2);
    expect(note).toBeLessThanOrEqual(1);
  }
});
