import { createContext, use } from "react";
import type { Media } from "@/api/types";

export interface GalleryVerbs {
  /** Shows images one at a time over the whole window. */
  open: (images: readonly Media[], index: number) => void;
  /** Shows the words that describe an image. */
  describe: (image: Media) => void;
}

export const GalleryContext = createContext<GalleryVerbs | null>(null);

export function useGallery(): GalleryVerbs {
  const verbs = use(GalleryContext);
  if (verbs === null) throw new Error("useGallery needs a GalleryProvider above it");
  return verbs;
}
