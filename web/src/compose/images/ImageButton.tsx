import { useRef } from "react";
import { ACCEPTED } from "@/media/files";
import { ImageIcon } from "@/media/icons";
import { strings } from "@/strings";
import { IconButton } from "@/ui/IconButton";
import { MAX_IMAGES } from "./images";

/** Opens the system's file chooser. */
export function ImageButton({ full, onFiles }: { full: boolean; onFiles: (files: File[]) => void }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={chooser}
        type="file"
        accept={ACCEPTED}
        multiple
        hidden
        aria-label={strings.media.add}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file may be chosen again.
          target.value = "";
        }}
      />
      <IconButton
        label={full ? strings.media.addFull(MAX_IMAGES) : strings.media.add}
        icon={<ImageIcon />}
        disabled={full}
        onClick={() => chooser.current?.click()}
        className="-ms-2.5 text-accent"
      />
    </>
  );
}
