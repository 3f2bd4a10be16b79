import { useSyncExternalStore } from "react";

/** The breakpoint from which there is a column beside the page. */
const WIDE = "(min-width: 78rem)";

export function useIsWide(): boolean {
  return useSyncExternalStore(subscribe, () => window.matchMedia(WIDE).matches);
}

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia(WIDE);
  media.addEventListener("change", listener);
  return () => media.removeEventListener("change", listener);
}
