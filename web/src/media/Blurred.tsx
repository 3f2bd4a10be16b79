import { useEffect, useRef } from "react";

const SIDE = 32;
const SHORTEST = 6;

/** The few colours that stand for a picture until it is there. */
export function Blurred({ hash, className }: { hash: string; className?: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = ref.current?.getContext("2d");
    if (!context || hash.length < SHORTEST) return;
    let left = false;
    const draw = ({ decodeBlurHash }: typeof import("fast-blurhash")) => {
      if (left) return;
      const pixels = context.createImageData(SIDE, SIDE);
      pixels.data.set(decodeBlurHash(hash, SIDE, SIDE));
      context.putImageData(pixels, 0, 0);
    };
    // Without the decoder the plain ground stands there, and the picture comes all the same.
    import("fast-blurhash").then(draw, () => undefined);
    return () => {
      left = true;
    };
  }, [hash]);
  return <canvas ref={ref} width={SIDE} height={SIDE} aria-hidden="true" className={className} />;
}
