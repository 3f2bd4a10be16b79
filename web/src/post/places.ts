import type { Place } from "./list-place";

/** What is known about one entry of the browser's history: where its list was left, and on which card the focus was. */
interface Visit {
  place?: Place;
  focus?: string;
}

const KEY = "chirrup.visits";
const MOST = 60;

export function placeOf(historyKey: string): Place | null {
  return read()[historyKey]?.place ?? null;
}

export function focusOf(historyKey: string): string | null {
  return read()[historyKey]?.focus ?? null;
}

/** Survives a reload of the tab. */
export function remember(historyKey: string, visit: Visit): void {
  const { [historyKey]: before, ...others } = read();
  const visits = Object.fromEntries([...Object.entries(others), [historyKey, { ...before, ...visit }] as const].slice(-MOST));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(visits));
  } catch {
    // Without storage a list opens at its top.
  }
}

function read(): Record<string, Visit> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, Visit>;
  } catch {
    return {};
  }
}
