import type { Id, Post } from "@/api/types";

/** What the server tells; see "Live updates" in the reference of its HTTP API. */
export type LiveEvent =
  | { type: "ready"; event_id: string; heartbeat_seconds: number }
  | { type: "post"; event_id: string; post: Post }
  | { type: "delete"; event_id: string; post_id: Id }
  | ({ type: "counts"; post_id: Id } & Counts)
  | { type: "notification"; notification_id: Id }
  | { type: "reload"; event_id: string }
  | { type: "pong" }
  | { type: "end"; code: number; reason: string };

export type Counts = Pick<Post, "likes_count" | "retweets_count" | "replies_count">;

/** The first message: who connects, and what they have already. */
export interface Hello {
  token: string;
  lastEventId: string | null;
  known: readonly Id[] | null;
}

/** Why a line has ended, as far as it matters for what to do next. */
export type Ending = "lost" | "restart" | "full" | "token" | "refused" | "malformed";

const ENDINGS: Record<number, Ending> = {
  1012: "restart",
  1013: "full",
  4400: "malformed",
  4401: "token",
  4403: "refused",
  4429: "full",
};

export function endingOf(code: number): Ending {
  return ENDINGS[code] ?? "lost";
}

/** Kinds that a later server may add are left alone by who does not know them. */
export function readEvent(text: string): LiveEvent | null {
  try {
    const event: unknown = JSON.parse(text);
    return typeof event === "object" && event !== null && "type" in event ? (event as LiveEvent) : null;
  } catch {
    return null;
  }
}

export interface LineListener {
  onEvent: (event: LiveEvent) => void;
  /** Something came that is no event: the line is alive. */
  onSign: () => void;
  /** Once, and nothing after it. */
  onEnd: (ending: Ending, retryAfterMs?: number) => void;
}

/** One open connection. */
export interface Line {
  /** Does nothing on a line that only listens. */
  say: (message: object) => void;
  /** Whether what is said is heard. */
  talks: boolean;
  /** Ends it without a word to the listener. */
  close: () => void;
}

export type Transport = (hello: Hello, listener: LineListener) => Line;
