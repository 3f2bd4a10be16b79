import { newerThan } from "@/post/kinds";

/** Where the reader stopped. Only the reader moves it. */
export interface ReadingPosition {
  /** The feed id of the topmost card in view. */
  postId: string;
  /** From the reading line to the top of that card, in CSS pixels; negative when it is partly read. */
  offset: number;
  /** The newest feed id the reader has had in view; what is above it is unread. */
  seenTop: string;
  /** When the reader last moved here, by this device's clock, in milliseconds. */
  movedAt: number;
  /** The marker as this device last wrote it or took it over; null before the first time. */
  syncedId: string | null;
  syncedAt: string | null;
  /** Has the reader moved since then? */
  dirty: boolean;
}

export interface Marker {
  post_id: string;
  updated_at: string;
}

/** What opens: this device's own place, unless another device moved the marker later. */
export function choosePosition(local: ReadingPosition | null, marker: Marker | null): ReadingPosition | null {
  if (!marker) return local;
  if (!local) return fromMarker(marker, marker.post_id);
  if (marker.post_id === local.postId) return { ...local, ...syncedWith(marker), dirty: false };
  if (marker.updated_at === local.syncedAt) return local;
  const markerTime = Date.parse(marker.updated_at);
  const rival = local.dirty || local.syncedAt === null ? local.movedAt : Date.parse(local.syncedAt);
  if (markerTime <= rival) return local;
  return fromMarker(marker, newerThan(marker.post_id, local.seenTop) ? marker.post_id : local.seenTop);
}

function fromMarker(marker: Marker, seenTop: string): ReadingPosition {
  return {
    postId: marker.post_id,
    offset: 0,
    seenTop,
    movedAt: Date.parse(marker.updated_at),
    ...syncedWith(marker),
    dirty: false,
  };
}

function syncedWith(marker: Marker): Pick<ReadingPosition, "syncedId" | "syncedAt"> {
  return { syncedId: marker.post_id, syncedAt: marker.updated_at };
}

export interface Place {
  postId: string;
  offset: number;
}

type PutMarker = (postId: string, options: { force: boolean; keepalive: boolean }) => Promise<Marker | null>;

export interface PositionKeeperOptions {
  storage: Pick<Storage, "getItem" | "setItem">;
  accountId: string;
  put: PutMarker;
  now?: () => number;
  /** How long the reader must rest before the server is told, in milliseconds. */
  rest?: number;
}

/** Keeps one account's reading position: on this device at once, on the server when the reader rests or leaves. */
export class PositionKeeper {
  readonly #options: PositionKeeperOptions;
  #current: ReadingPosition | null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #key: string;
  readonly #now: () => number;
  readonly #rest: number;

  constructor(options: PositionKeeperOptions) {
    this.#options = options;
    this.#key = storageKey(options.accountId);
    this.#now = options.now ?? Date.now;
    this.#rest = options.rest ?? 2000;
    this.#current = storedPosition(options.storage, options.accountId);
  }

  get position(): ReadingPosition | null {
    return this.#current;
  }

  /** Takes the server's marker into account and says where to open. */
  reconcile(marker: Marker | null): ReadingPosition | null {
    this.#current = choosePosition(this.#current, marker);
    this.#write();
    return this.#current;
  }

  /** Is the server's marker another device's later one? Changes nothing. */
  isElsewhere(marker: Marker): boolean {
    return choosePosition(this.#current, marker)?.postId !== this.#current?.postId;
  }

  /** The reader moved. */
  moveTo({ postId, offset }: Place): void {
    const before = this.#current;
    if (before?.postId === postId && before.offset === offset) return;
    const seenTop = before && newerThan(before.seenTop, postId) ? before.seenTop : postId;
    const otherPost = before?.postId !== postId;
    this.#current = {
      postId,
      offset,
      seenTop,
      movedAt: this.#now(),
      syncedId: before?.syncedId ?? null,
      syncedAt: before?.syncedAt ?? null,
      dirty: (before?.dirty ?? false) || otherPost,
    };
    this.#write();
    if (otherPost) this.#schedule();
  }

  /** Tells the server now; what fails is told again with the next move or when the reader leaves. */
  async sync(keepalive = false): Promise<void> {
    clearTimeout(this.#timer);
    const told = this.#current;
    if (!told?.dirty) return;
    const force = told.syncedId !== null && newerThan(told.syncedId, told.postId);
    const marker = await this.#options.put(told.postId, { force, keepalive }).catch(() => null);
    if (marker?.post_id !== told.postId || !this.#current) return;
    this.#current = { ...this.#current, ...syncedWith(marker), dirty: this.#current.postId !== told.postId };
    this.#write();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.sync(), this.#rest);
  }

  #write(): void {
    if (!this.#current) return;
    try {
      this.#options.storage.setItem(this.#key, JSON.stringify(this.#current));
    } catch {
      // A full or forbidden storage must not stop the reading; the server still has the marker.
    }
  }
}

const storageKey = (accountId: string) => `chirrup.position.${accountId}`;

/** Where an account stopped reading, as far as this device knows. */
export function storedPosition(storage: Pick<Storage, "getItem">, accountId: string): ReadingPosition | null {
  try {
    const stored: unknown = JSON.parse(storage.getItem(storageKey(accountId)) ?? "null");
    return isPosition(stored) ? stored : null;
  } catch {
    return null;
  }
}

function isPosition(value: unknown): value is ReadingPosition {
  if (typeof value !== "object" || value === null) return false;
  const candidate = value as Partial<Record<keyof ReadingPosition, unknown>>;
  return (
    typeof candidate.postId === "string" &&
    /^\d+$/.test(candidate.postId) &&
    typeof candidate.offset === "number" &&
    typeof candidate.seenTop === "string" &&
    typeof candidate.movedAt === "number"
  );
}
