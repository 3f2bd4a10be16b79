import { useRef, useState } from "react";
import { ACCEPTED } from "@/media/files";
import { EarlierIcon, CropIcon, LaterIcon } from "@/media/icons";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { CloseIcon, MoreIcon } from "@/ui/icons";
import { Menu, type MenuItem } from "@/ui/Menu";
import { problemText } from "@/ui/problem-text";
import { useCompose } from "../compose-context";
import type { ComposeContext } from "../context";
import { CropImage } from "./CropImage";
import { DescribeDialog } from "./DescribeDialog";
import { trayLook } from "./images";
import { Reminder } from "./Reminder";
import type { ShownImage } from "./use-draft-images";

const words = strings.media;

export interface ImageTrayProps {
  target: ComposeContext;
  images: readonly ShownImage[];
  /** The key of the image whose words are being written. */
  describing: string | null;
  onDescribe: (key: string | null) => void;
  /** Whether the writer is asked for words before the post goes out. */
  reminding: boolean;
  onReminded: (post: boolean) => void;
}

/** The images of a draft: how far they are, in which order, and what is said about them. */
export function ImageTray({ target, images, describing, onDescribe, reminding, onReminded }: ImageTrayProps) {
  const [cropping, setCropping] = useState<string | null>(null);
  const cropped = images.find(({ key }) => key === cropping);
  return (
    <>
      <ul role="list" aria-label={words.attached} className={trayLook(images.length)}>
        {images.map((image, index) => (
          <Tile
            key={image.key}
            target={target}
            image={image}
            place={index + 1}
            count={images.length}
            onDescribe={() => onDescribe(image.key)}
            onCrop={() => setCropping(image.key)}
          />
        ))}
      </ul>
      {describing !== null && <DescribeDialog target={target} images={images} current={describing} onChange={onDescribe} />}
      {cropped && <CropImage target={target} image={cropped} onClose={() => setCropping(null)} />}
      {reminding && <Reminder images={images} onAnswer={onReminded} onDescribe={onDescribe} />}
    </>
  );
}

interface TileProps {
  target: ComposeContext;
  image: ShownImage;
  place: number;
  count: number;
  onDescribe: () => void;
  onCrop: () => void;
}

function Tile({ target, image, place, count, onDescribe, onCrop }: TileProps) {
  const { desk } = useCompose();
  const { key, media, work, state, alt } = image;
  if (desk === null) return null;
  const source = work?.preview ?? (state === "ready" ? media?.url : undefined);
  return (
    <li className="relative overflow-hidden rounded-card bg-hover">
      {source && <img src={source} alt={alt || words.nth(place)} className={cx("size-full object-cover", state !== "ready" && "opacity-60")} />}
      {state === "sending" && <Progress image={image} place={place} />}
      {(state === "failed" || state === "gone") && <Mishap target={target} image={image} />}
      <IconButton
        label={state === "sending" ? words.cancel(place) : words.remove(place)}
        icon={<CloseIcon />}
        onClick={() => desk.images.remove(target, key)}
        className={cx(ON_PICTURE, "end-1 top-1")}
      />
      {(state === "ready" || state === "sending") && (
        <>
          <button
            type="button"
            title={alt ? words.editAlt(place) : words.addAlt(place)}
            onClick={onDescribe}
            className="absolute start-2 bottom-2 min-h-9 rounded-full bg-shade px-3 text-xs font-bold tracking-wide text-on-shade hover:bg-gallery pointer-coarse:min-h-11"
          >
            <span className="sr-only">{alt ? words.editAlt(place) : words.addAlt(place)}</span>
            <span aria-hidden="true">
              {alt.trim() ? "✓" : "+"} {words.alt}
            </span>
          </button>
          <TileMenu target={target} image={image} place={place} count={count} onCrop={onCrop} />
        </>
      )}
    </li>
  );
}

const ON_PICTURE = "absolute! h-9! w-9! bg-shade text-on-shade hover:bg-gallery pointer-coarse:h-11! pointer-coarse:w-11!";

function TileMenu({ target, image, place, count, onCrop }: Omit<TileProps, "onDescribe">) {
  const { desk } = useCompose();
  const move = (by: 1 | -1) => desk?.images.move(target, image.key, by);
  const items: MenuItem[] = [];
  if (image.media?.type !== "animation" && (image.work || image.media?.url.startsWith("/"))) {
    items.push({ id: "crop", label: words.crop, icon: <CropIcon />, onSelect: onCrop });
  }
  if (place > 1) items.push({ id: "earlier", label: words.earlier, icon: <EarlierIcon />, onSelect: () => move(-1) });
  if (place < count) items.push({ id: "later", label: words.later, icon: <LaterIcon />, onSelect: () => move(1) });
  if (items.length === 0) return null;
  return <Menu label={words.more(place)} icon={<MoreIcon />} items={items} className={cx(ON_PICTURE, "end-2 bottom-2")} />;
}

function Progress({ image: { work }, place }: { image: ShownImage; place: number }) {
  const part = work?.upload?.state === "sending" ? work.upload.progress : 0;
  return (
    <div className="absolute inset-x-4 top-1/2 -translate-y-1/2">
      <div
        role="progressbar"
        aria-label={words.uploading(place)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(part * 100)}
        className="h-1.5 overflow-hidden rounded-full bg-shade"
      >
        {/* All sent is not yet there: the server still looks at it. */}
        <div
          className={cx("h-full rounded-full bg-on-shade transition-[width]", part === 1 && "animate-breathe")}
          style={{ width: `${Math.max(4, part * 100)}%` }}
        />
      </div>
    </div>
  );
}

function Mishap({ target, image: { key, work, state, alt } }: { target: ComposeContext; image: ShownImage }) {
  const { desk } = useCompose();
  const chooser = useRef<HTMLInputElement>(null);
  const problem = work?.upload?.state === "failed" ? work.upload.problem : null;
  return (
    <div className="absolute inset-0 grid content-center justify-items-center gap-2 overflow-y-auto bg-surface/85 p-3 text-center text-sm">
      <p role="alert">{state === "failed" ? `${words.failed} ${problemText(problem)}` : words.gone}</p>
      {state === "gone" && alt && (
        <p dir="auto" className="line-clamp-2 text-xs text-muted">
          {alt}
        </p>
      )}
      {state === "failed" ? (
        <Button size="sm" onClick={() => desk?.images.retry(key)}>
          {strings.ui.retry}
        </Button>
      ) : (
        <>
          <input
            ref={chooser}
            type="file"
            accept={ACCEPTED}
            hidden
            aria-label={words.chooseAgain}
            onChange={({ target: { files } }) => files?.[0] && desk?.images.replace(target, key, files[0])}
          />
          <Button size="sm" onClick={() => chooser.current?.click()}>
            {words.chooseAgain}
          </Button>
        </>
      )}
    </div>
  );
}
