import { describe, expect, it } from "vitest";
import { boxOf } from "./crop";
import { scaleFor } from "./redraw";

const all = { x: 0, y: 0, width: 100, height: 100 };

describe("the box of a crop", () => {
  it("means the same part in another size of the picture", () => {
    const share = { x: 25, y: 10, width: 50, height: 80 };
    expect(boxOf(share, { width: 1600, height: 1000 }, 1)).toEqual({ left: 400, top: 100, width: 800, height: 800 });
    expect(boxOf(share, { width: 160, height: 100 }, 1)).toEqual({ left: 40, top: 10, width: 80, height: 80 });
  });

  it.each([
    [101, 100, 1],
    [999, 331, 3],
    [1, 1, 3],
    [2, 700, 3],
  ])("keeps its shape within %d × %d", (width, height, ratio) => {
    const box = boxOf(all, { width, height }, ratio);
    expect(box.left + box.width).toBeLessThanOrEqual(width);
    expect(box.top + box.height).toBeLessThanOrEqual(height);
    expect(Math.min(box.width, box.height)).toBeGreaterThanOrEqual(1);
    expect(Math.abs(box.width - box.height * ratio)).toBeLessThanOrEqual(ratio);
  });

  it("stays within the picture when rounding would leave it", () => {
    const box = boxOf({ x: 50.4, y: 0, width: 50.4, height: 100 }, { width: 201, height: 101 }, 1);
    expect(box.left + box.width).toBeLessThanOrEqual(201);
    expect(box.top).toBeGreaterThanOrEqual(0);
  });
});

describe("the scale of a picture drawn anew", () => {
  it("makes large ones smaller and leaves small ones alone", () => {
    expect(scaleFor(5000, 4000, 2500)).toBe(0.5);
    expect(scaleFor(300, 6000, 3000)).toBe(0.5);
    expect(scaleFor(300, 200, 2500)).toBe(1);
  });
});
