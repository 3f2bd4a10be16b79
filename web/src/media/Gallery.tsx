import { useLayoutEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from "react";
import type { Media } from "@/api/types";
import { strings } from "@/strings";
import { CloseIcon } from "@/ui/icons";
import { IconButton } from "@/ui/IconButton";
import { EarlierIcon, LaterIcon } from "./icons";
import { Picture } from "./Picture";

const words = strings.media;

export interface GalleryProps {
  images: readonly Media[];
  /** Which of them is shown first. */
  index: number;
  onClose: () => void;
}

/**
 * Images one at a time over the whole window, on a strip that the browser itself scrolls, snaps and zooms. On closing,
 * focus returns to where it was.
 */
export function Gallery({ images, index, onClose }: GalleryProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const strip = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState(index);
  useModal(dialog);
  useLayoutEffect(() => show(strip.current, index), [index]);

  const go = (to: number) => show(strip.current, Math.min(images.length - 1, Math.max(0, to)));
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: images.length - 1 };
    // Keys of the page below must not act.
    event.stopPropagation();
    if (!(event.key in moves) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(moves[event.key] ?? current);
  };

  return (
    // The keys are those of a strip of images; what can be pressed inside takes the focus.
     
    <dialog
      ref={dialog}
      aria-label={words.gallery}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={onKeyDown}
      className="fixed inset-0 m-0 size-full max-h-none max-w-none animate-fade overflow-hidden bg-gallery text-on-gallery"
    >
      <div className="flex h-full flex-col pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)]">
        <header className="flex h-14 shrink-0 items-center gap-2 px-2">
          <IconButton label={strings.ui.close} icon={<CloseIcon />} onClick={onClose} className={CONTROL} />
          {images.length > 1 && <p className="text-sm tabular-nums">{words.place(current + 1, images.length)}</p>}
        </header>
        <div className="relative min-h-0 flex-1">
          <Strip ref={strip} images={images} current={current} onCurrent={setCurrent} onClose={onClose} />
          {images.length > 1 && <Steps current={current} count={images.length} onStep={go} />}
        </div>
        <Caption image={images[current]} place={words.place(current + 1, images.length)} />
      </div>
    </dialog>
  );
}

const CONTROL = "hover:bg-on-gallery/15 focus-visible:outline-on-gallery";

interface StripProps {
  images: readonly Media[];
  current: number;
  onCurrent: (index: number) => void;
  onClose: () => void;
  ref: React.RefObject<HTMLDivElement | null>;
}

function Strip({ images, current, onCurrent, onClose, ref }: StripProps) {
  const onScroll = () => {
    const { scrollLeft = 0, clientWidth = 1 } = ref.current ?? {};
    onCurrent(Math.min(images.length - 1, Math.max(0, Math.round(scrollLeft / clientWidth))));
  };
  const onClick = (event: MouseEvent) => {
    if (event.target === event.currentTarget) onClose();
  };
  return (
    // A strip that scrolls takes the focus, like any other.
    <div
      ref={ref}
      dir="ltr"
      role="group"
      aria-label={words.gallery}
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={onScroll}
      className="flex h-full snap-x snap-mandatory overflow-x-auto overflow-y-hidden overscroll-contain [scrollbar-width:none] focus-visible:-outline-offset-2 focus-visible:outline-on-gallery"
    >
      {images.map((image, index) => (
        // Escape and the button do the same; a click beside the image is only quicker.
         
        <div
          key={image.id}
          aria-hidden={index !== current}
          onClick={onClick}
          className="grid h-full w-full shrink-0 snap-center snap-always place-items-center [container-type:size]"
        >
          <div className="relative overflow-hidden" style={boxOf(image)}>
            <Picture media={image} sizes="100vw" eager={Math.abs(index - current) <= 1} />
          </div>
        </div>
      ))}
    </div>
  );
}

function Steps({ current, count, onStep }: { current: number; count: number; onStep: (to: number) => void }) {
  const look = `absolute top-1/2 -translate-y-1/2 bg-shade ${CONTROL} disabled:invisible max-md:hidden`;
  return (
    <>
      <IconButton label={words.previous} icon={<EarlierIcon />} disabled={current === 0} onClick={() => onStep(current - 1)} className={`${look} left-3`} />
      <IconButton label={words.next} icon={<LaterIcon />} disabled={current === count - 1} onClick={() => onStep(current + 1)} className={`${look} right-3`} />
    </>
  );
}

/** The words stand below the image, and are read out when another one comes. */
function Caption({ image, place }: { image: Media | undefined; place: string }) {
  return (
    // Long words scroll, also by keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div role="region" aria-label={words.description} tabIndex={0} className="max-h-[30dvh] min-h-14 shrink-0 overflow-y-auto px-4 py-3 focus-visible:-outline-offset-2 focus-visible:outline-on-gallery">
      <p aria-live="polite" dir="auto" className="mx-auto max-w-2xl text-center text-sm whitespace-pre-wrap">
        <span className="sr-only">{place}. </span>
        {image?.alt || <span className="opacity-80">{words.undescribed}</span>}
      </p>
    </div>
  );
}

/** As large as its slide allows, and never larger than the image itself. */
function boxOf({ width, height }: Media): { aspectRatio: string; width: string } {
  const ratio = width / height;
  return { aspectRatio: ratio.toFixed(4), width: `min(100cqw, calc(100cqh * ${ratio.toFixed(4)}), ${width}px)` };
}

function show(strip: HTMLElement | null, index: number): void {
  if (strip) strip.scrollLeft = index * strip.clientWidth;
}

function useModal(ref: React.RefObject<HTMLDialogElement | null>): void {
  useLayoutEffect(() => {
    const root = document.documentElement;
    const opener = document.activeElement;
    const dialog = ref.current;
    dialog?.showModal();
    // Otherwise the wheel would move what is being read below.
    root.style.overflow = "hidden";
    return () => {
      root.style.overflow = "";
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, [ref]);
}
