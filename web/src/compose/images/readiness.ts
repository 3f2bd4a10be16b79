import { strings } from "@/strings";
import { countGraphemes } from "../graphemes";
import { MAX_ALT, type DraftImage, type ImageState } from "./images";

/** Why the images keep a post from being sent, or null. */
export function obstacleOf(images: readonly (Pick<DraftImage, "alt"> & { state: ImageState })[]): string | null {
  const words = strings.media;
  if (images.some(({ state }) => state === "failed" || state === "gone")) return words.stuck;
  if (images.some(({ alt }) => alt.length > MAX_ALT && countGraphemes(alt.trim()) > MAX_ALT)) return words.altTooLong;
  return images.some(({ state }) => state === "sending") ? words.waiting : null;
}

/** The images of which nothing is said yet. */
export function undescribed<T extends Pick<DraftImage, "alt">>(images: readonly T[]): T[] {
  return images.filter(({ alt }) => alt.trim() === "");
}
