import { contextKey, type ComposeContext } from "./context";

const MAX_DRAFTS = 200;

interface Draft {
  text: string;
  savedAt: number;
}

type Drafts = Record<string, Draft>;

/** One account's unsent texts by what they are written for; on disk with every keystroke. */
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

  set(context: ComposeContext, text: string): void {
    const key = contextKey(context);
    const others = Object.entries(this.#read()).filter(([other]) => other !== key);
    const drafts: [string, Draft][] = text.trim() === "" ? others : [...others, [key, { text, savedAt: this.#now() }]];
    this.#drafts = Object.fromEntries(newest(drafts));
    this.#write();
    this.#notify();
  }

  clear(context: ComposeContext): void {
    this.set(context, "");
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
    Object.values(value).every((draft) => typeof (draft as Partial<Draft> | null)?.text === "string")
  );
}
