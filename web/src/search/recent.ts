import { useMemo, useSyncExternalStore } from "react";
import { useMe } from "@/session/context";

const MOST = 10;
const CHANGED = "chirrup:searches";

export interface RecentSearches {
  /** Newest first. */
  searches: readonly string[];
  /** `insteadOf` is an earlier form of the same search. */
  add: (text: string, insteadOf?: string) => void;
  remove: (text: string) => void;
  clear: () => void;
  /** Puts back what was cleared. */
  restore: (searches: readonly string[]) => void;
}

/** What somebody searched for lately. It is kept on this device, apart for each account. */
export function useRecentSearches(): RecentSearches {
  const key = `chirrup.searches.${useMe()?.id ?? "visitor"}`;
  const stored = useSyncExternalStore(subscribe, () => load(key));
  return useMemo(() => {
    const searches = parse(stored);
    const others = (...texts: string[]) => parse(load(key)).filter((other) => !texts.some((text) => isSame(other, text)));
    return {
      searches,
      add: (text, insteadOf = text) => save(key, [text, ...others(text, insteadOf)]),
      remove: (text) => save(key, others(text)),
      clear: () => save(key, []),
      restore: (before) => save(key, [...others(...before), ...before]),
    };
  }, [key, stored]);
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function subscribe(listener: () => void): () => void {
  window.addEventListener(CHANGED, listener);
  window.addEventListener("storage", listener);
  return () => {
    window.removeEventListener(CHANGED, listener);
    window.removeEventListener("storage", listener);
  };
}

function load(key: string): string {
  try {
    return localStorage.getItem(key) ?? "[]";
  } catch {
    return "[]";
  }
}

function parse(stored: string): string[] {
  try {
    const value: unknown = JSON.parse(stored);
    return Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}

function save(key: string, searches: readonly string[]): void {
  try {
    if (searches.length === 0) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(searches.slice(0, MOST)));
  } catch {
    // Without storage nothing is remembered, which is no loss.
  }
  window.dispatchEvent(new Event(CHANGED));
}
