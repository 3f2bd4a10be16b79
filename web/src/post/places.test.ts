import { beforeEach, describe, expect, it } from "vitest";
import { focusOf, placeOf, remember } from "./places";

beforeEach(() => sessionStorage.clear());

describe("places", () => {
  it("knows nothing of a page that was never left", () => {
    expect([placeOf("a"), focusOf("a")]).toEqual([null, null]);
  });

  it("keeps place and focus of each history entry", () => {
    remember("a", { place: { card: "1", offset: -4 } });
    remember("a", { focus: "2" });
    remember("b", { focus: "3" });
    expect([placeOf("a"), focusOf("a"), focusOf("b")]).toEqual([{ card: "1", offset: -4 }, "2", "3"]);
  });

  it("forgets the oldest when there are many", () => {
    for (let i = 0; i < 80; i += 1) remember(`entry ${i}`, { focus: "1" });
    expect(focusOf("entry 5")).toBeNull();
    expect(focusOf("entry 79")).toBe("1");
  });

  it("survives broken storage", () => {
    sessionStorage.setItem("chirrup.visits", "{nonsense");
    expect(placeOf("a")).toBeNull();
  });
});
