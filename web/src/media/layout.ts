import type { Media } from "@/api/types";

/** In CSS pixels: what stands alone is never higher, nor so narrow that its badge does not fit. */
const HIGHEST = 512;
const HIGHEST_QUOTED = 288;
const NARROWEST = 128;
const FLATTEST = 3;
const TALLEST = 0.5;

export interface Frame {
  aspectRatio: string;
  width: string;
}

/** The box of an image that stands alone: its own shape within limits, never larger than it is. */
export function frameOf({ width, height }: Pick<Media, "width" | "height">, quoted = false): Frame {
  const ratio = Math.min(FLATTEST, Math.max(TALLEST, width / height));
  const widest = Math.max(NARROWEST, Math.min(width, ratio * (quoted ? HIGHEST_QUOTED : HIGHEST)));
  return { aspectRatio: ratio.toFixed(4), width: `min(100%, ${Math.round(widest)}px)` };
}

/** Which cells of a grid of two by two an image takes, of so many. */
export function cellOf(index: number, count: number): string {
  if (count === 2) return "row-span-2";
  return count === 3 && index === 0 ? "row-span-2" : "";
}

/** How wide an image is shown in a list of posts. */
export function sizesOf(count: number): string {
  return count === 1 ? "(min-width: 46rem) 512px, calc(100vw - 88px)" : "(min-width: 46rem) 256px, calc(50vw - 44px)";
}
