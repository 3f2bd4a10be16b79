import { useEffect, useEffectEvent, useState } from "react";
import { whenIdle } from "./when-idle";

const PAUSE = 1_000;
const LONGEST_PAUSE = 30_000;

interface LaterOptions<T> {
  /** What is at hand already. */
  given?: T | null;
  /** Somebody waits for it: it is fetched at once, and again if that fails. */
  wanted: boolean;
  onFailure?: () => void;
}

/** A part of the program that the first page does without: fetched when the browser is idle, or when it is wanted. */
export function useLater<T extends object>(load: () => Promise<T>, { given = null, wanted, onFailure }: LaterOptions<T>): T | null {
  const [part, setPart] = useState<T | null>(given);
  const failed = useEffectEvent(() => onFailure?.());

  useEffect(() => {
    if (part !== null || wanted) return;
    // What could not be fetched while nobody waits for it is fetched when somebody does.
    return whenIdle(() => void load().then(setPart, () => undefined));
  }, [load, part, wanted]);

  useEffect(() => {
    if (part !== null || !wanted) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pause = PAUSE;
    let stopped = false;
    const attempt = () => {
      load().then(setPart, () => {
        if (stopped) return;
        if (pause === PAUSE) failed();
        timer = setTimeout(attempt, pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      });
    };
    attempt();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [load, part, wanted]);

  return part;
}
