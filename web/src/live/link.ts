import { createContext, use, useSyncExternalStore } from "react";
import type { Id } from "@/api/types";

/**
 * What pages and the live client, which comes later, know of each other: whether changes are told as they
 * happen, which posts have gone while they are on the screen, and what the viewer has just changed.
 */
export class LiveLink {
  #live = false;
  #gone: ReadonlyMap<Id, number> = new Map();
  readonly #touched = new Map<Id, number>();
  readonly #listeners = new Set<() => void>();
  readonly #holds = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly isLive = (): boolean => this.#live;

  setLive(live: boolean): void {
    if (live === this.#live) return;
    this.#live = live;
    this.#notify();
  }

  /** Asks a list to keep its place right before something is put in or taken out. */
  onChange(hold: () => void): () => void {
    this.#holds.add(hold);
    return () => this.#holds.delete(hold);
  }

  hold(): void {
    for (const hold of this.#holds) hold();
  }

  /** The height, in CSS pixels, of the card of a post that has gone while it is looked at. */
  goneHeight(id: Id): number | undefined {
    return this.#gone.get(id);
  }

  /** Has the post's card keep its room until it is out of sight. */
  markGone(id: Id, height: number): void {
    this.#gone = new Map(this.#gone).set(id, height);
    this.#notify();
  }

  forgetGone(id: Id): void {
    const gone = new Map(this.#gone);
    if (!gone.delete(id)) return;
    this.#gone = gone;
    this.#notify();
  }

  /** The viewer has just liked or retweeted it, or taken that back: for a moment the server's counts may lag. */
  touch(id: Id): void {
    this.#touched.set(id, Date.now());
  }

  /** Milliseconds since the viewer has changed a post. */
  untouchedFor(id: Id): number {
    return Date.now() - (this.#touched.get(id) ?? 0);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

export const LiveContext = createContext<LiveLink | null>(null);

export function useLiveLink(): LiveLink {
  const link = use(LiveContext);
  if (link === null) throw new Error("useLiveLink needs a LiveContext above it");
  return link;
}

/** Whether changes are told as they happen; if not, pages ask now and then. */
export function useIsLive(): boolean {
  const link = useLiveLink();
  return useSyncExternalStore(link.subscribe, link.isLive);
}

/** The height to keep for a post that has gone while it is on the screen; undefined while it is there. */
export function useGoneHeight(id: Id): number | undefined {
  const link = useLiveLink();
  return useSyncExternalStore(link.subscribe, () => link.goneHeight(id));
}
