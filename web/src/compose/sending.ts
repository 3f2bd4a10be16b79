import { backoff } from "@/api/backoff";
import { newIdempotencyKey } from "@/api/client";
import type { Post } from "@/api/types";
import type { ComposeContext } from "./context";
import type { DraftImage } from "./images/images";

export type PendingState = "waiting" | "sending" | "signed-out" | "refused";

/** A post that is written but not yet there. */
export interface PendingPost {
  /** The idempotency key of every attempt. */
  key: string;
  text: string;
  images: readonly DraftImage[];
  context: ComposeContext;
  createdAt: number;
  attempts: number;
  state: PendingState;
  /** When it is tried again, by this device's clock; null when that depends on something else. */
  retryAt: number | null;
  /** The server's word on a refusal. */
  reason: string | null;
}

/** What to do about an attempt that failed. */
export type Verdict = { kind: "retry"; afterMs?: number } | { kind: "signed-out" } | { kind: "refused"; reason: string };

const OTHER_TAB_DELAY = 5000;
export interface OutboxOptions {
  storage: Pick<Storage, "getItem" | "setItem">;
  accountId: string;
  send: (pending: PendingPost) => Promise<Post>;
  judge: (error: unknown) => Verdict;
  onSent: (pending: PendingPost, post: Post) => void;
  makeKey?: () => string;
  now?: () => number;
  /** Runs the task alone among this browser's tabs, or not at all: then it answers false. */
  alone?: (task: () => Promise<void>) => Promise<boolean>;
}

/**
 * One account's unsent posts, in the order they were written. Each is tried with the same
 * idempotency key until the server has it or refuses it, across reloads and lost connections.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #items: readonly PendingPost[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #storageKey: string;
  readonly #now: () => number;
  readonly #makeKey: () => string;
  readonly #alone: NonNullable<OutboxOptions["alone"]>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  #stopped = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#storageKey = `chirrup.outbox.${options.accountId}`;
    this.#now = options.now ?? Date.now;
    this.#makeKey = options.makeKey ?? newIdempotencyKey;
    this.#alone = options.alone ?? aloneByLock(this.#storageKey);
    this.#items = this.#read();
  }

  readonly list = (): readonly PendingPost[] => this.#items;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes up what an earlier page left behind. */
  start(): void {
    this.#stopped = false;
    this.#update((items) =>
      items.map((item) => (item.state === "refused" ? item : { ...item, state: "waiting", retryAt: null })),
    );
    void this.#run();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  add(text: string, context: ComposeContext, images: readonly DraftImage[] = []): PendingPost {
    const pending: PendingPost = {
      key: this.#makeKey(),
      text,
      images,
      context,
      createdAt: this.#now(),
      attempts: 0,
      state: "waiting",
      retryAt: null,
      reason: null,
    };
    this.#update((items) => [...items, pending]);
    void this.#run();
    return pending;
  }

  /** Tries everything again now: the reader asked, the network or the session is back. */
  wake(): void {
    this.#update((items) =>
      items.map((item) =>
        item.state === "waiting" || item.state === "signed-out" ? { ...item, state: "waiting", retryAt: null } : item,
      ),
    );
    void this.#run();
  }

  /** Tries a refused post again, as it is. */
  retry(key: string): void {
    this.#change(key, { state: "waiting", retryAt: null, reason: null });
    void this.#run();
  }

  remove(key: string): PendingPost | undefined {
    const removed = this.#items.find((item) => item.key === key);
    this.#update((items) => items.filter((item) => item.key !== key));
    return removed;
  }

  /** Another tab wrote. */
  readonly onStorage = (event: Pick<StorageEvent, "key">): void => {
    if (event.key !== this.#storageKey) return;
    this.#items = this.#read();
    this.#notify();
    this.#schedule();
  };

  async #run(): Promise<void> {
    if (this.#running || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#running = true;
    try {
      const mine = await this.#alone(async () => {
        for (let next = this.#due(); next && !this.#stopped; next = this.#due()) await this.#attempt(next);
      });
      if (!mine) this.#timer = setTimeout(() => void this.#run(), OTHER_TAB_DELAY);
    } finally {
      this.#running = false;
    }
    this.#schedule();
  }

  /** The oldest unsent post goes first; while it waits for its time, so do those after it. */
  #due(): PendingPost | undefined {
    const next = this.#items.find((item) => item.state !== "refused");
    if (!next || next.state === "signed-out") return undefined;
    return next.retryAt === null || next.retryAt <= this.#now() ? next : undefined;
  }

  async #attempt(pending: PendingPost): Promise<void> {
    const attempts = pending.attempts + 1;
    this.#change(pending.key, { state: "sending", attempts, retryAt: null });
    try {
      const post = await this.#options.send(pending);
      this.remove(pending.key);
      this.#options.onSent(pending, post);
    } catch (error) {
      const verdict = this.#options.judge(error);
      if (verdict.kind === "refused") this.#change(pending.key, { state: "refused", reason: verdict.reason });
      else if (verdict.kind === "signed-out") this.#change(pending.key, { state: "signed-out" });
      else this.#change(pending.key, { state: "waiting", retryAt: this.#now() + (verdict.afterMs ?? backoff(attempts)) });
    }
  }

  #schedule(): void {
    if (this.#running || this.#stopped) return;
    const next = this.#items.find((item) => item.state !== "refused");
    if (!next || next.state !== "waiting") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, (next.retryAt ?? this.#now()) - this.#now()));
  }

  #change(key: string, change: Partial<PendingPost>): void {
    this.#update((items) => items.map((item) => (item.key === key ? { ...item, ...change } : item)));
  }

  #update(edit: (items: readonly PendingPost[]) => readonly PendingPost[]): void {
    this.#items = edit(this.#read());
    try {
      this.#options.storage.setItem(this.#storageKey, JSON.stringify(this.#items));
    } catch {
      // Without storage a pending post still lives as long as the page does.
    }
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #read(): readonly PendingPost[] {
    try {
      const stored = this.#options.storage.getItem(this.#storageKey);
      const items: unknown = stored === null ? this.#items : JSON.parse(stored);
      return Array.isArray(items) ? items.filter(isPending).map((item) => ({ ...item, images: item.images ?? [] })) : [];
    } catch {
      return this.#items;
    }
  }
}

function aloneByLock(name: string): NonNullable<OutboxOptions["alone"]> {
  return async (task) => {
    if (!("locks" in navigator)) {
      await task();
      return true;
    }
    return navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (!lock) return false;
      await task();
      return true;
    });
  };
}

/** Pending posts of earlier versions know no images. */
function isPending(value: unknown): value is Omit<PendingPost, "images"> & Partial<Pick<PendingPost, "images">> {
  const candidate = value as Partial<Record<keyof PendingPost, unknown>> | null;
  return typeof candidate?.key === "string" && typeof candidate.text === "string" && typeof candidate.context === "object";
}
