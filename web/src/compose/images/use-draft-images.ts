import { useSyncExternalStore } from "react";
import { useCompose } from "../compose-context";
import type { ComposeContext } from "../context";
import type { DraftImage, ImageState, Work } from "./images";

export interface ShownImage extends DraftImage {
  state: ImageState;
  work: Work | undefined;
}

const nothingToHear = () => () => undefined;
const noImages: readonly DraftImage[] = [];
const noWorks: ReadonlyMap<string, Work> = new Map();

/** The images of one target's draft, and where each of them stands. */
export function useDraftImages(target: ComposeContext): ShownImage[] {
  const { desk } = useCompose();
  const images = useSyncExternalStore(desk?.drafts.subscribe ?? nothingToHear, () => desk?.drafts.images(target) ?? noImages);
  const works = useSyncExternalStore(desk?.images.subscribe ?? nothingToHear, () => desk?.images.works() ?? noWorks);
  if (desk === null) return [];
  return images.map((image) => ({ ...image, work: works.get(image.key), state: desk.images.stateOf(image) }));
}
