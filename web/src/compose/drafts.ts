import { contextKey, type ComposeContext } from "./context";
import { isDraftImage, type DraftImage } from "./images/images";

const MAX_DRAFTS = 200;

interface Draft {
  text: string;
  images?: readonly DraftImage[];
  savedAt: number;
}

type Drafts = Record<string, Draft>;

const noImages: readonly DraftImage[] = [];

/** One account's unsent texts and images by what they are written for; on disk with every keystroke. */
export class DraftStore {
  readonly #storage: Pick<Storage, "getItem" | "setItem">;
  readonly #now: () => number;
  #drafts: Drafts = {};
  readonly #listeners = new Set<() => void>();
  readonly #storageKey: string;

  constructor(storage: Pick<Storage, "getItem" | "setItem">, accountId: string, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
    this.#storageKey = `chirrup.drafts.${accountId}`;
    this.#drafts = this.#read();
  }

  get(context: ComposeContext): string {
    return this.#drafts[contextKey(context)]?.text ?? "";
  }

  images(context: ComposeContext): readonly DraftImage[] {
    return this.#drafts[contextKey(context)]?.images ?? noImages;
  }

  /** Whether anything is begun. */
  has(context: ComposeContext): boolean {
    return contextKey(context) in this.#drafts;
  }

  set(context: ComposeContext, text: string): void {
    this.#put(context, text, this.images(context));
  }

  setImages(context: ComposeContext, images: readonly DraftImage[]): void {
    this.#put(context, this.get(context), images);
  }

  clear(context: ComposeContext): void {
    this.#put(context, "", noImages);
  }

  #put(context: ComposeContext, text: string, images: readonly DraftImage[]): void {
    const key = contextKey(context);
    const others = Object.entries(this.#read()).filter(([other]) => other !== key);
    const draft: Draft = { text, savedAt: this.#now(), ...(images.length > 0 && { images }) };
    const empty = text.trim() === "" && images.length === 0;
    this.#drafts = Object.fromEntries(newest(empty ? others : [...others, [key, draft]]));
    this.#write();
    this.#notify();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Another tab wrote. */
  readonly onStorage = (event: Pick<StorageEvent, "key">): void => {
    if (event.key !== this.#storageKey) return;
    this.#drafts = this.#read();
    this.#notify();
  };

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  #read(): Drafts {
    try {
      const stored: unknown = JSON.parse(this.#storage.getItem(this.#storageKey) ?? "{}");
      return isDrafts(stored) ? stored : {};
    } catch {
      return this.#drafts;
    }
  }

  #write(): void {
    try {
      this.#storage.setItem(this.#storageKey, JSON.stringify(this.#drafts));
    } catch {
      // Without storage the draft still lives as long as the page does.
    }
  }
}

function newest(drafts: [string, Draft][]): [string, Draft][] {
  return drafts.sort(([, a], [, b]) => b.savedAt - a.savedAt).slice(0, MAX_DRAFTS);
}

function isDrafts(value: unknown): value is Drafts {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every(isDraft)
  );
}

function isDraft(value: unknown): value is Draft {
  const draft = value as Partial<Record<keyof Draft, unknown>> | null;
  if (typeof draft?.text !== "string") return false;
  return draft.images === undefined || (Array.isArray(draft.images) && draft.images.every(isDraftImage));
}
