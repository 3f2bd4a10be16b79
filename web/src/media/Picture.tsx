import { useState } from "react";
import type { Media } from "@/api/types";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { Blurred } from "./Blurred";

interface PictureProps {
  media: Media;
  /** How wide it is shown, as the attribute of that name says it. */
  sizes: string;
  /** Whether its words are said; decoration is silent. */
  alt?: string;
  eager?: boolean;
  className?: string;
}

/** Fills a box whose size is settled already; until the picture is there, its colours are. */
export function Picture({ media, sizes, alt = media.alt, eager = false, className }: PictureProps) {
  const [state, setState] = useState<"waiting" | "there" | "missing">("waiting");
  return (
    <>
      {state !== "there" && <Blurred hash={media.blurhash} className="absolute inset-0 size-full" />}
      {state === "missing" ? (
        <span className="absolute inset-0 grid place-items-center p-3 text-center text-sm">
          <span className="rounded-control bg-shade px-3 py-1.5 text-on-shade">{strings.media.missing}</span>
        </span>
      ) : (
        <img
          src={media.url}
          srcSet={sourceSet(media)}
          sizes={sizes}
          width={media.width}
          height={media.height}
          alt={alt}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          draggable={false}
          onLoad={() => setState("there")}
          onError={() => setState("missing")}
          className={cx("absolute inset-0 size-full", className)}
        />
      )}
    </>
  );
}

function sourceSet({ variants }: Media): string {
  return variants.map(({ url, width }) => `${url} ${width}w`).join(", ");
}
