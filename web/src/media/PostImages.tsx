import type { Media } from "@/api/types";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { useGallery } from "./gallery-context";
import { cellOf, frameOf, sizesOf } from "./layout";
import { Picture } from "./Picture";

const words = strings.media;

/** The images of a post. Their room is settled before they are there, so that nothing moves; in a quote they only show. */
export function PostImages({ images, quoted = false }: { images: readonly Media[]; quoted?: boolean }) {
  const [first] = images;
  if (first === undefined) return null;
  const alone = images.length === 1;
  return (
    <div
      role={alone ? undefined : "group"}
      aria-label={alone ? undefined : words.count(images.length)}
      style={alone ? frameOf(first, quoted) : undefined}
      className={cx(
        "mt-2.5 grid gap-0.5 overflow-hidden rounded-card",
        !alone && "aspect-[16/10] grid-cols-2 grid-rows-2",
      )}
    >
      {images.map((image, index) => (
        <Tile key={image.id} images={images} index={index} image={image} quoted={quoted} />
      ))}
    </div>
  );
}

interface TileProps {
  images: readonly Media[];
  image: Media;
  index: number;
  quoted: boolean;
}

function Tile({ images, image, index, quoted }: TileProps) {
  const gallery = useGallery();
  const picture = <Picture media={image} sizes={sizesOf(images.length)} className="object-cover" />;
  const cell = cx("relative min-h-0 min-w-0 overflow-hidden bg-hover", cellOf(index, images.length));
  if (quoted) return <div className={cell}>{picture}</div>;
  return (
    <div className={cell}>
      <button
        type="button"
        onClick={() => gallery.open(images, index)}
        className="absolute inset-0 cursor-zoom-in rounded-[inherit] focus-visible:-outline-offset-4"
      >
        <span className="sr-only">{image.alt ? words.open(index + 1, images.length) : words.openUndescribed(index + 1, images.length)}</span>
        {picture}
      </button>
      {image.alt && (
        <button
          type="button"
          aria-label={words.showDescription}
          title={words.showDescription}
          onClick={() => gallery.describe(image)}
          className="absolute start-2 bottom-2 rounded-md bg-shade px-2 py-0.5 text-xs font-bold tracking-wide text-on-shade before:absolute before:-inset-2.5"
        >
          {words.alt}
        </button>
      )}
    </div>
  );
}
