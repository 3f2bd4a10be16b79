import { decodeBlurHash } from "fast-blurhash";
import { useLayoutEffect, useRef } from "react";

const SIDE = 32;

/** The few colours that stand for a picture until it is there. */
export function Blurred({ hash, className }: { hash: string; className?: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current?.getContext("2d");
    if (!context || hash.length < 6) return;
    const pixels = context.createImageData(SIDE, SIDE);
    pixels.data.set(decodeBlurHash(hash, SIDE, SIDE));
    context.putImageData(pixels, 0, 0);
  }, [hash]);
  return <canvas ref={ref} width={SIDE} height={SIDE} aria-hidden="true" className={className} />;
}
