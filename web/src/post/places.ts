import type { Place } from "./use-place";

/** Where each list of this tab was left, by the entry of the browser's history; survives a reload. */
const KEY = "chirrup.places";
const MOST = 60;

type Places = Record<string, Place>;

export function placeOf(historyKey: string): Place | null {
  return read()[historyKey] ?? null;
}

export function rememberPlace(historyKey: string, place: Place): void {
  const others = Object.entries(read()).filter(([key]) => key !== historyKey);
  const places = Object.fromEntries([...others, [historyKey, place] as const].slice(-MOST));
  try {
    sessionStorage.setItem(KEY, JSON.stringify(places));
  } catch {
    // Without storage a list opens at its top.
  }
}

function read(): Places {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Places;
  } catch {
    return {};
  }
}
