import { useMemo, useRef, useState, type ComponentType, type ReactNode } from "react";
import type { Media } from "@/api/types";
import { strings } from "@/strings";
import { Dialog } from "@/ui/Dialog";
import { useToast } from "@/ui/toast-context";
import type { GalleryProps } from "./Gallery";
import { GalleryContext, type GalleryVerbs } from "./gallery-context";

type Shown = { images: readonly Media[]; index: number; Gallery: ComponentType<GalleryProps> };

/** Shows images and their descriptions over the page, so that no list has to hold them. */
export function GalleryProvider({ children }: { children: ReactNode }) {
  const toast = useToast();
  const [shown, setShown] = useState<Shown | null>(null);
  const [described, setDescribed] = useState<Media | null>(null);
  const asked = useRef(0);

  const verbs = useMemo<GalleryVerbs>(
    () => ({
      open: (images, index) => {
        const asking = (asked.current += 1);
        import("./Gallery").then(
          ({ Gallery }) => asking === asked.current && setShown({ images, index, Gallery }),
          () => toast({ message: strings.problem.network, tone: "error" }),
        );
      },
      describe: setDescribed,
    }),
    [toast],
  );

  return (
    <GalleryContext value={verbs}>
      {children}
      {shown && <shown.Gallery images={shown.images} index={shown.index} onClose={() => setShown(null)} />}
      {described && (
        <Dialog open title={strings.media.description} onClose={() => setDescribed(null)}>
          <p dir="auto" className="p-4 whitespace-pre-wrap">
            {described.alt}
          </p>
        </Dialog>
      )}
    </GalleryContext>
  );
}
