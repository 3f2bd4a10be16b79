import { useMemo, useState, type ReactNode } from "react";
import type { Media } from "@/api/types";
import { useLater } from "@/app/use-later";
import { strings } from "@/strings";
import { Dialog } from "@/ui/Dialog";
import { useToast } from "@/ui/toast-context";
import { GalleryContext, type GalleryVerbs } from "./gallery-context";

const loadGallery = () => import("./Gallery");

/** Shows images and their descriptions over the page, so that no list has to hold them. */
export function GalleryProvider({ children }: { children: ReactNode }) {
  const toast = useToast();
  const [shown, setShown] = useState<{ images: readonly Media[]; index: number } | null>(null);
  const [described, setDescribed] = useState<Media | null>(null);
  const part = useLater(loadGallery, {
    wanted: shown !== null,
    onFailure: () => toast({ message: strings.problem.network, tone: "error" }),
  });
  const verbs = useMemo<GalleryVerbs>(
    () => ({ open: (images, index) => setShown({ images, index }), describe: setDescribed }),
    [],
  );

  return (
    <GalleryContext value={verbs}>
      {children}
      {part && shown && <part.Gallery {...shown} onClose={() => setShown(null)} />}
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
