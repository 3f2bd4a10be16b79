import { useState, type ClipboardEvent, type DragEvent } from "react";
import { carriesFiles, imagesAmong, pastedImages } from "@/media/files";
import { strings } from "@/strings";
import { useToast } from "@/ui/toast-context";
import { useCompose } from "../compose-context";
import type { ComposeContext } from "../context";
import { MAX_IMAGES } from "./images";

interface ImageInput {
  add: (files: File[]) => void;
  /** Whether files are held over the composer. */
  over: boolean;
  onPaste: (event: ClipboardEvent) => void;
  drop: Pick<React.DOMAttributes<HTMLElement>, "onDragEnter" | "onDragOver" | "onDragLeave" | "onDrop">;
}

/** The ways by which images come into a draft. */
export function useImageInput(target: ComposeContext): ImageInput {
  const { desk } = useCompose();
  const toast = useToast();
  const [over, setOver] = useState(false);

  const add = (files: File[]) => {
    const images = imagesAmong(files);
    if (images.length === 0) {
      if (files.length > 0) toast({ message: strings.media.notImages, tone: "error" });
      return;
    }
    const left = desk?.images.add(target, images) ?? 0;
    if (left > 0) toast({ message: strings.media.tooMany(left, MAX_IMAGES), tone: "error" });
  };
  const hold = (event: DragEvent) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    setOver(true);
  };
  return {
    add,
    over,
    onPaste: (event) => {
      const images = pastedImages(event.clipboardData);
      if (images.length === 0) return;
      event.preventDefault();
      add(images);
    },
    drop: {
      onDragEnter: hold,
      onDragOver: hold,
      onDragLeave: (event) => {
        const { relatedTarget, currentTarget } = event;
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setOver(false);
      },
      onDrop: (event) => {
        if (!carriesFiles(event.dataTransfer)) return;
        event.preventDefault();
        setOver(false);
        add([...event.dataTransfer.files]);
      },
    },
  };
}
