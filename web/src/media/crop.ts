import type { Area } from "./redraw";

/** A part of a picture in hundredths of its width and height. */
export type Share = Area;

export interface CropBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

/**
 * The box that a share means in a picture of a given size, in whole pixels, exactly `ratio` times as wide as high and
 * within the picture.
 */
export function boxOf(share: Share, size: { width: number; height: number }, ratio: number): CropBox {
  const largest = Math.max(1, Math.min(size.height, Math.floor(size.width / ratio)));
  const height = Math.min(largest, Math.max(1, Math.round((share.height / 100) * size.height)));
  const width = Math.min(size.width, Math.round(height * ratio));
  return {
    left: within(Math.round((share.x / 100) * size.width), size.width - width),
    top: within(Math.round((share.y / 100) * size.height), size.height - height),
    width,
    height,
  };
}

function within(place: number, last: number): number {
  return Math.max(0, Math.min(place, last));
}
