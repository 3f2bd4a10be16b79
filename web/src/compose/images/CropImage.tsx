import { useMutation } from "@tanstack/react-query";
import { useLater } from "@/app/use-later";
import type { CropShape } from "@/media/CropDialog";
import { redrawn, type Area } from "@/media/redraw";
import { useObjectUrl } from "@/media/use-object-url";
import { strings } from "@/strings";
import { useToast } from "@/ui/toast-context";
import { useCompose } from "../compose-context";
import type { ComposeContext } from "../context";
import type { ShownImage } from "./use-draft-images";

const words = strings.media;

const SHAPES: readonly [CropShape, ...CropShape[]] = [
  { name: words.shapes.original, ratio: null },
  { name: words.shapes.square, ratio: 1 },
  { name: words.shapes.wide, ratio: 16 / 9 },
  { name: words.shapes.landscape, ratio: 4 / 3 },
  { name: words.shapes.portrait, ratio: 3 / 4 },
];

const loadDialog = () => import("@/media/CropDialog");

/** Cuts an image of a draft, from what was chosen at first, or from what the server has of it. */
export function CropImage({ target, image, onClose }: { target: ComposeContext; image: ShownImage; onClose: () => void }) {
  const { desk } = useCompose();
  const { key, media, work } = image;
  const toast = useToast();
  const part = useLater(loadDialog, { wanted: true, onFailure: () => toast({ message: strings.problem.network, tone: "error" }) });
  const local = useObjectUrl(work?.original ?? null);
  const cutting = useMutation({
    networkMode: "always",
    mutationFn: async ({ area, whole }: { area: Area; whole: boolean }) => {
      if (whole && (!work || work.file === work.original)) return;
      const original = work?.original ?? (await fetched(media?.url ?? ""));
      desk?.images.replace(target, key, whole ? original : await redrawn(original, area), original);
    },
    onSuccess: onClose,
  });
  return (
    part && (
      <part.CropDialog
        title={words.cropTitle}
        source={work ? local : (media?.url ?? null)}
        shapes={SHAPES}
        busy={cutting.isPending}
        error={cutting.isError ? words.cropFailed : null}
        onUse={(area, share) => cutting.mutate({ area, whole: share.width >= 100 && share.height >= 100 })}
        onClose={onClose}
      />
    )
  );
}

const TIMEOUT_MS = 15_000;

async function fetched(url: string): Promise<Blob> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`The picture is not there: ${answer.status}`);
  return answer.blob();
}
