import { describe, expect, it } from "vitest";
import { cellOf, frameOf } from "./layout";

describe("the frame of an image that stands alone", () => {
  it("has the image's own shape", () => {
    expect(frameOf({ width: 1600, height: 1000 })).toEqual({ aspectRatio: "1.6000", width: "min(100%, 819px)" });
  });

  it("is no larger than the image", () => {
    expect(frameOf({ width: 300, height: 200 }).width).toBe("min(100%, 300px)");
  });

  it("is never so high that the post does not fit on the screen", () => {
    expect(frameOf({ width: 900, height: 1600 }).width).toBe("min(100%, 288px)");
    expect(frameOf({ width: 900, height: 1600 }, true).width).toBe("min(100%, 162px)");
  });

  it("shows only the middle of a strip", () => {
    expect(frameOf({ width: 100, height: 5000 }).aspectRatio).toBe("0.5000");
    expect(frameOf({ width: 5000, height: 100 }).aspectRatio).toBe("3.0000");
  });
});

it("gives two images, and the first of three, both rows", () => {
  const rows = (count: number) => Array.from({ length: count }, (_, index) => cellOf(index, count) !== "");
  expect(rows(2)).toEqual([true, true]);
  expect(rows(3)).toEqual([true, false, false]);
  expect(rows(4)).toEqual([false, false, false, false]);
});
