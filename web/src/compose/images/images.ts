import type { Media } from "@/api/types";

/** As many as the server takes with one post. */
export const MAX_IMAGES = 4;
/** In user-perceived characters. */
export const MAX_ALT = 1500;
/** The server keeps an upload that nothing uses for a day; a little less is promised here. */
export const KEPT_MS = 23 * 60 * 60 * 1000;

/** What a draft keeps of an image. */
export interface DraftImage {
  key: string;
  /** What is typed about it; the server hears of it when the post is sent. */
  alt: string;
  /** What the server has made of it; null until then. */
  media: Media | null;
  /** When that was, in milliseconds by this device's clock. */
  uploadedAt: number;
}

/** What the page knows about an image while it is open. */
export interface Work {
  /** As it was chosen: cropping begins here. */
  original: Blob;
  /** As it is uploaded. */
  file: Blob;
  /** An address of that for this page. */
  preview: string;
  upload: Upload | null;
}

export type Upload = { state: "sending"; progress: number } | { state: "failed"; problem: unknown };

export type ImageState = "sending" | "failed" | "ready" | "gone";

/** Where an image stands; it is gone when neither the server nor the page has it any more. */
export function stateOf(image: DraftImage, work: Work | undefined, now: number): ImageState {
  if (work?.upload) return work.upload.state;
  return image.media !== null && now - image.uploadedAt < KEPT_MS ? "ready" : "gone";
}

/** The grid of a draft's images, whose room is settled by how many there are. */
export function trayLook(count: number): string {
  if (count <= 1) return "mt-2 grid auto-rows-[18rem] gap-2";
  return "mt-2 grid auto-rows-[10rem] grid-cols-2 gap-2 sm:auto-rows-[11rem]";
}

export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const item = list[from];
  if (item === undefined || to < 0 || to >= list.length) return [...list];
  return list.toSpliced(from, 1).toSpliced(to, 0, item);
}

export function isDraftImage(value: unknown): value is DraftImage {
  const image = value as Partial<Record<keyof DraftImage, unknown>> | null;
  return typeof image?.key === "string" && typeof image.alt === "string" && typeof image.media === "object";
}
