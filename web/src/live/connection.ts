import type { Id } from "@/api/types";
import { backoff } from "@/api/backoff";
import type { Ending, Line, LiveEvent, Transport } from "./events";

const READY_MS = 15_000;
const ANSWER_MS = 8_000;
const RESTART_SPREAD_MS = 5_000;
const ROOM_MS = 60_000;
/** How often a way may fail before the next one is tried. */
const TRIES = 2;

export interface ConnectionOptions {
  /** The ways to connect, best first. */
  transports: readonly Transport[];
  token: () => string | null;
  /** Asks for a token other than the one that is not valid any more. */
  refresh: (stale: string) => Promise<unknown>;
  /** The newest entries that the home timeline shows, or null when it is not there or its top is not. */
  known: () => readonly Id[] | null;
  onEvent: (event: LiveEvent) => void;
  onLive: (live: boolean) => void;
  random?: () => number;
}

/**
 * One connection for everything that is live on a page. When it is lost it comes back, later each time and a
 * little spread, and goes on from the last event that it has heard. A way that does not work gives way to the
 * next; while none does, pages ask for themselves.
 */
export class LiveConnection {
  readonly #options: ConnectionOptions;
  readonly #random: () => number;
  #line: Line | null = null;
  #way = 0;
  #failures = 0;
  #attempts = 0;
  #ready = false;
  #stopped = true;
  #token: string | null = null;
  #lastEventId: string | null = null;
  #watched: readonly Id[] = [];
  #silenceMs = 45_000;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#way = 0;
    this.#connect();
  }

  /** Hangs up; after a new start it goes on from where it was. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#hangUp();
  }

  /** The network or the reader is back: finds out at once whether the line still stands. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#line === null) this.#connect();
    else if (this.#ready && this.#line.talks) this.#ask();
  }

  /** The posts that are on the screen from now on. */
  watch(posts: readonly Id[]): void {
    this.#watched = posts;
    if (this.#ready) this.#line?.say({ type: "watch", posts });
  }

  /** There may be a newer token: it is told before the old one ends the line. */
  renew(): void {
    const token = this.#options.token();
    if (token === null || token === this.#token) return;
    if (this.#ready && this.#line?.talks) {
      this.#token = token;
      this.#line.say({ type: "token", token });
    }
  }

  #connect(): void {
    clearTimeout(this.#retry);
    const token = this.#options.token();
    const transport = this.#options.transports[this.#way];
    if (token === null || transport === undefined) return;
    this.#token = token;
    const hello = { token, lastEventId: this.#lastEventId, known: this.#lastEventId === null ? this.#options.known() : null };
    const mine = transport(hello, {
      onEvent: (event) => mine === this.#line && this.#hear(event),
      onSign: () => mine === this.#line && this.#listen(),
      onEnd: (ending, afterMs) => mine === this.#line && this.#ended(ending, afterMs),
    });
    this.#line = mine;
    this.#giveUpAfter(READY_MS);
  }

  #hear(event: LiveEvent): void {
    if ("event_id" in event) this.#lastEventId = event.event_id;
    if (event.type === "ready") {
      this.#ready = true;
      this.#attempts = this.#failures = 0;
      this.#silenceMs = event.heartbeat_seconds * 2000 + 5_000;
      if (this.#watched.length > 0) this.watch(this.#watched);
    }
    this.#listen();
    if (event.type !== "pong") this.#options.onEvent(event);
    if (event.type === "ready") this.#options.onLive(true);
  }

  /** After a long silence a line that can talk is asked whether it is still there; another one is given up. */
  #listen(): void {
    if (!this.#ready) return;
    clearTimeout(this.#patience);
    const talks = this.#line?.talks;
    this.#patience = setTimeout(() => (talks ? this.#ask() : this.#ended("lost")), this.#silenceMs);
  }

  #ask(): void {
    this.#line?.say({ type: "ping" });
    this.#giveUpAfter(ANSWER_MS);
  }

  #giveUpAfter(ms: number): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#ended("lost"), ms);
  }

  #ended(ending: Ending, afterMs?: number): void {
    const wasReady = this.#ready;
    this.#hangUp();
    if (ending === "refused" || this.#stopped) return;
    if (ending === "malformed") this.#lastEventId = null;
    if (ending === "token") void this.#freshToken();
    else this.#later(ending, wasReady, afterMs);
  }

  #later(ending: Ending, wasReady: boolean, afterMs = 0): void {
    if (!wasReady && ending === "lost") this.#countFailure();
    this.#attempts += 1;
    const usual = backoff(this.#attempts, this.#random);
    const spread = ending === "restart" ? RESTART_SPREAD_MS * this.#random() : 0;
    const room = ending === "full" ? Math.max(afterMs, ROOM_MS * (0.5 + this.#random())) : afterMs;
    this.#retry = setTimeout(() => this.#connect(), Math.max(usual, room) + spread);
  }

  #countFailure(): void {
    this.#failures += 1;
    if (this.#failures % TRIES === 0) this.#way = (this.#way + 1) % this.#options.transports.length;
  }

  async #freshToken(): Promise<void> {
    try {
      // A line that ends although its token has been renewed meanwhile needs no other one.
      if (this.#token !== null && this.#options.token() === this.#token) await this.#options.refresh(this.#token);
    } catch {
      // The server cannot be asked now; connecting again finds that out.
    }
    if (!this.#stopped && this.#line === null) this.#later("token", true);
  }

  #hangUp(): void {
    clearTimeout(this.#patience);
    const line = this.#line;
    this.#line = null;
    this.#ready = false;
    line?.close();
    this.#options.onLive(false);
  }
}
