import { useId, useState } from "react";
import Cropper from "react-easy-crop";
import "react-easy-crop/react-easy-crop.css";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Dialog } from "@/ui/Dialog";
import type { Share } from "./crop";
import type { Area } from "./redraw";

const words = strings.media;
const MAX_ZOOM = 4;

/** So many times as wide as high; null is the picture's own shape. */
export interface CropShape {
  name: string;
  ratio: number | null;
}

export interface CropDialogProps {
  title: string;
  /** An address of the picture; null until there is one. */
  source: string | null;
  shapes: readonly [CropShape, ...CropShape[]];
  round?: boolean;
  busy?: boolean;
  /** What went wrong with the last try. */
  error?: string | null;
  /** How far the busy part is, in words. */
  status?: string | null;
  onUse: (area: Area, share: Share) => void;
  onClose: () => void;
}

/** Lets a part of a picture be chosen: by dragging, pinching and scrolling, or with arrow keys and a slider. */
export function CropDialog({ title, source, shapes, round = false, busy = false, error = null, status = null, onUse, onClose }: CropDialogProps) {
  const hint = useId();
  const [shape, setShape] = useState(shapes[0]);
  const [own, setOwn] = useState(1);
  const [place, setPlace] = useState({ x: 0, y: 0 });
  const [zoom, setZoom] = useState(1);
  const [chosen, setChosen] = useState<{ area: Area; share: Share } | null>(null);
  const [broken, setBroken] = useState(false);
  const said = broken ? words.cropFailed : error;

  return (
    <Dialog
      open
      shape="sheet"
      guarded
      title={title}
      onClose={onClose}
      action={
        <Button
          variant="primary"
          size="sm"
          busy={busy}
          disabled={chosen === null || broken}
          onClick={() => chosen && onUse(chosen.area, chosen.share)}
        >
          {words.use}
        </Button>
      }
    >
      <div className="relative h-[min(52dvh,26rem)] bg-gallery">
        {source && (
          <Cropper
            image={source}
            crop={place}
            zoom={zoom}
            maxZoom={MAX_ZOOM}
            aspect={shape.ratio ?? own}
            cropShape={round ? "round" : "rect"}
            showGrid={!round}
            onCropChange={setPlace}
            onZoomChange={setZoom}
            onCropComplete={(share, area) => setChosen({ area, share })}
            onMediaLoaded={({ naturalWidth, naturalHeight }) => setOwn(naturalWidth / naturalHeight)}
            mediaProps={{ onError: () => setBroken(true) }}
            cropperProps={{ role: "group", "aria-label": words.cropArea, "aria-describedby": hint }}
            disableAutomaticStylesInjection
          />
        )}
      </div>
      <div className="space-y-3 p-4">
        {shapes.length > 1 && <Shapes shapes={shapes} current={shape} onChange={setShape} />}
        <label className="flex items-center gap-3 text-sm font-semibold">
          {words.zoom}
          <input
            type="range"
            min={1}
            max={MAX_ZOOM}
            step={0.05}
            value={zoom}
            onChange={({ target }) => setZoom(Number(target.value))}
            className="h-11 min-w-0 flex-1 accent-accent"
          />
        </label>
        <p id={hint} className="text-sm text-muted">
          {words.cropHint}
        </p>
        <p role="status" className={cx("text-sm text-muted", !status && "hidden")}>
          {status}
        </p>
        <p role="alert" className={cx("text-sm text-danger", !said && "hidden")}>
          {said}
        </p>
      </div>
    </Dialog>
  );
}

function Shapes({ shapes, current, onChange }: { shapes: readonly CropShape[]; current: CropShape; onChange: (shape: CropShape) => void }) {
  return (
    <div role="group" aria-label={words.cropShape} className="flex flex-wrap gap-2">
      {shapes.map((shape) => (
        <button
          key={shape.name}
          type="button"
          aria-pressed={shape === current}
          onClick={() => onChange(shape)}
          className={cx(
            "min-h-9 rounded-full border px-3.5 text-sm font-medium transition-colors pointer-coarse:min-h-11",
            shape === current ? "border-accent bg-accent-soft text-ink" : "border-line-strong hover:bg-hover",
          )}
        >
          {shape.name}
        </button>
      ))}
    </div>
  );
}
