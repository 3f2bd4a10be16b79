import { useEffect, useEffectEvent, useRef, type ReactNode } from "react";

interface NearEndProps {
  onNear: () => unknown;
  busy: boolean;
  /** Keeps the place of what comes. */
  children: ReactNode;
}

/** Says when the end of a list comes near, so that more is there before the reader is. */
export function NearEnd({ onNear, busy, children }: NearEndProps) {
  const marker = useRef<HTMLDivElement>(null);
  const near = useEffectEvent(() => onNear());

  useEffect(() => {
    const element = marker.current;
    if (element === null || busy) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && near(), { rootMargin: "800px 0px" });
    observer.observe(element);
    return () => observer.disconnect();
  }, [busy]);

  return <div ref={marker}>{children}</div>;
}
