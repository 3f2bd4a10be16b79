import { useEffect, useRef } from "react";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { TextArea } from "@/ui/TextField";
import { useCompose } from "../compose-context";
import type { ComposeContext } from "../context";
import { countGraphemes } from "../graphemes";
import { MAX_ALT } from "./images";
import type { ShownImage } from "./use-draft-images";

const words = strings.media;

interface DescribeDialogProps {
  target: ComposeContext;
  images: readonly ShownImage[];
  current: string;
  onChange: (key: string | null) => void;
}

/** Asks what there is to see. Every keystroke is kept, so there is nothing to save. */
export function DescribeDialog({ target, images, current, onChange }: DescribeDialogProps) {
  const { desk } = useCompose();
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // A dialog takes the focus when it opens, which is after this.
    const frame = requestAnimationFrame(() => field.current?.focus());
    return () => cancelAnimationFrame(frame);
  }, [current]);
  const at = images.findIndex(({ key }) => key === current);
  const image = images[at];
  if (image === undefined || desk === null) return null;
  const { alt, work, media } = image;
  const left = MAX_ALT - countGraphemes(alt.trim());
  const next = images[at + 1];
  const source = work?.preview ?? media?.url;
  return (
    <Dialog
      open
      shape="sheet"
      title={words.describeTitle(at + 1, images.length)}
      onClose={() => onChange(null)}
      action={
        <Button variant="primary" size="sm" onClick={() => onChange(null)}>
          {words.done}
        </Button>
      }
    >
      <div className="space-y-4 p-4">
        {source && <img src={source} alt="" className="mx-auto h-[30dvh] w-full rounded-card bg-hover object-contain" />}
        <TextArea
          key={current}
          ref={field}
          label={words.describeLabel}
          rows={4}
          value={alt}
          onChange={({ target: field }) => desk.images.describe(target, current, field.value)}
          error={left < 0 ? words.charactersOver(-left) : undefined}
          hint={alt === "" ? words.describeHint : words.charactersLeft(left)}
        />
        {next && (
          <div className="flex justify-end">
            <Button size="sm" onClick={() => onChange(next.key)}>
              {words.nextImage}
            </Button>
          </div>
        )}
      </div>
    </Dialog>
  );
}
