import { useSyncExternalStore, useMemo } from "react";

/** An address for what is in memory, for as long as it is shown. */
export function useObjectUrl(blob: Blob | null): string | null {
  const lease = useMemo(() => (blob ? new Lease(blob) : null), [blob]);
  return useSyncExternalStore(lease?.hold ?? nothing, lease?.url ?? none);
}

const nothing = () => () => undefined;
const none = () => null;

/** Makes the address when somebody looks, and takes it back when nobody does. */
class Lease {
  #url: string | null = null;
  readonly #blob: Blob;

  constructor(blob: Blob) {
    this.#blob = blob;
  }

  readonly hold = (changed: () => void): (() => void) => {
    this.#url = URL.createObjectURL(this.#blob);
    changed();
    return () => {
      if (this.#url !== null) URL.revokeObjectURL(this.#url);
      this.#url = null;
    };
  };

  readonly url = (): string | null => this.#url;
}
