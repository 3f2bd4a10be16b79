const FIRST_DELAY = 1000;
const LONGEST_DELAY = 60_000;

/** Milliseconds before the next try: from one second, doubling, to one minute; a little spread, so that clients do not return in step. */
export function backoff(attempts: number, random: () => number = Math.random): number {
  const delay = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** Math.max(0, attempts - 1));
  return Math.round(delay * (0.85 + 0.3 * random()));
}
