import { useEffect } from "react";

const PAUSE = 20_000;
const LONGEST_PAUSE = 300_000;

/** Calls again and again while the page is looked at, more rarely while it fails. */
export function usePolling(load: () => Promise<void>, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    let stopped = false;
    let pause = PAUSE;
    let last = Date.now();
    let timer: number | undefined;

    const schedule = () => {
      clearTimeout(timer);
      if (stopped || document.visibilityState === "hidden") return;
      timer = window.setTimeout(() => void poll(), Math.max(0, last + pause - Date.now()));
    };
    const poll = async () => {
      last = Date.now();
      try {
        await load();
        pause = PAUSE;
      } catch {
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
      schedule();
    };

    schedule();
    document.addEventListener("visibilitychange", schedule);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", schedule);
    };
  }, [load, enabled]);
}
