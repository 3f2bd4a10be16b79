import { newIdempotencyKey } from "@/api/client";
import { ApiProblem } from "@/api/problem";
import type { Media } from "@/api/types";
import type { ComposeContext } from "../context";
import type { DraftStore } from "../drafts";
import { MAX_IMAGES, moved, stateOf, type DraftImage, type ImageState, type Upload, type Work } from "./images";

export interface ImageDeskOptions {
  drafts: DraftStore;
  upload: (
    file: Blob,
    options: { idempotencyKey: string; onProgress: (part: number) => void; signal: AbortSignal },
  ) => Promise<Media>;
  now?: () => number;
}

type Works = ReadonlyMap<string, Work>;

/**
 * One account's images on their way to the server. They go on while the composer is closed; what the server has, and
 * what was typed about it, is kept with the draft, and the rest as long as the page is open.
 */
export class ImageDesk {
  readonly #drafts: DraftStore;
  readonly #upload: ImageDeskOptions["upload"];
  readonly #now: () => number;
  #works: Works = new Map();
  readonly #running = new Map<string, { abort: AbortController; idempotencyKey: string; context: ComposeContext }>();
  readonly #listeners = new Set<() => void>();

  constructor({ drafts, upload, now = Date.now }: ImageDeskOptions) {
    this.#drafts = drafts;
    this.#upload = upload;
    this.#now = now;
  }

  readonly works = (): Works => this.#works;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Where an image of a draft stands. */
  stateOf(image: DraftImage): ImageState {
    return stateOf(image, this.#works.get(image.key), this.#now());
  }

  /** Uploads files for a draft; returns how many found no room. */
  add(context: ComposeContext, files: readonly Blob[]): number {
    const before = this.#drafts.images(context);
    const fitting = files.slice(0, Math.max(0, MAX_IMAGES - before.length));
    const fresh = fitting.map((): DraftImage => ({ key: newIdempotencyKey(), alt: "", media: null, uploadedAt: 0 }));
    this.#drafts.setImages(context, [...before, ...fresh]);
    fresh.forEach(({ key }, at) => {
      const file = fitting[at];
      if (file) this.#begin(context, key, file, file);
    });
    return files.length - fitting.length;
  }

  /** Puts another file in an image's place: a part of it, or the file that is chosen once more. */
  replace(context: ComposeContext, key: string, file: Blob, original = file): void {
    this.#stop(key);
    this.#edit(context, key, { media: null });
    this.#begin(context, key, file, original);
  }

  /** Tries an upload again, with the same idempotency key. */
  retry(key: string): void {
    const run = this.#running.get(key);
    const work = this.#works.get(key);
    if (run && work?.upload?.state === "failed") void this.#send(run.context, key, work.file, run.idempotencyKey);
  }

  /** Tries what the network has failed: it is back. */
  wake(): void {
    for (const [key, { upload }] of this.#works) {
      if (upload?.state === "failed" && upload.problem instanceof ApiProblem && upload.problem.isTemporary) this.retry(key);
    }
  }

  remove(context: ComposeContext, key: string): void {
    this.#stop(key);
    this.#drafts.setImages(
      context,
      this.#drafts.images(context).filter((image) => image.key !== key),
    );
  }

  describe(context: ComposeContext, key: string, alt: string): void {
    this.#edit(context, key, { alt });
  }

  move(context: ComposeContext, key: string, by: 1 | -1): void {
    const images = this.#drafts.images(context);
    const at = images.findIndex((image) => image.key === key);
    if (at >= 0) this.#drafts.setImages(context, moved(images, at, at + by));
  }

  /** Lets go of the files of images that are sent, or given up. */
  release(images: readonly DraftImage[]): void {
    for (const { key } of images) this.#stop(key);
  }

  #begin(context: ComposeContext, key: string, file: Blob, original: Blob): void {
    this.#setWork(key, { original, file, preview: URL.createObjectURL(file), upload: null });
    void this.#send(context, key, file, newIdempotencyKey());
  }

  async #send(context: ComposeContext, key: string, file: Blob, idempotencyKey: string): Promise<void> {
    const abort = new AbortController();
    this.#running.set(key, { abort, idempotencyKey, context });
    const { signal } = abort;
    const show = (upload: Upload | null) => {
      const work = this.#works.get(key);
      if (work && !signal.aborted) this.#setWork(key, { ...work, upload });
    };
    show({ state: "sending", progress: 0 });
    try {
      const onProgress = (progress: number) => show({ state: "sending", progress });
      const media = await this.#upload(file, { idempotencyKey, onProgress, signal });
      if (signal.aborted) return;
      this.#edit(context, key, { media, uploadedAt: this.#now() });
      show(null);
    } catch (problem) {
      show({ state: "failed", problem });
    }
  }

  #stop(key: string): void {
    this.#running.get(key)?.abort.abort();
    this.#running.delete(key);
    const work = this.#works.get(key);
    if (!work) return;
    URL.revokeObjectURL(work.preview);
    this.#works = new Map([...this.#works].filter(([other]) => other !== key));
    this.#notify();
  }

  #edit(context: ComposeContext, key: string, change: Partial<DraftImage>): void {
    const images = this.#drafts.images(context);
    this.#drafts.setImages(
      context,
      images.map((image) => (image.key === key ? { ...image, ...change } : image)),
    );
  }

  #setWork(key: string, work: Work): void {
    this.#works = new Map([...this.#works, [key, work]]);
    this.#notify();
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
