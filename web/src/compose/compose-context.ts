import { createContext, use, useSyncExternalStore } from "react";
import type { Post } from "@/api/types";
import type { ComposeContext as Target } from "./context";
import type { DraftStore } from "./drafts";
import type { ImageDesk } from "./images/image-desk";
import type { Outbox, PendingPost } from "./sending";

/** What the sheet is open for; `post` is the one answered or quoted, when it is at hand. */
export interface OpenComposer {
  target: Target;
  post: Post | null;
}

export type Writing = typeof import("./writing");

export interface Compose {
  /** The part of the program that writes; null until it is there. */
  writing: Writing | null;
  /** Null for visitors: they have nothing to write with. */
  drafts: DraftStore | null;
  /** Null for visitors, and until the part that writes is there. */
  desk: { drafts: DraftStore; images: ImageDesk; outbox: Outbox } | null;
  opened: OpenComposer | null;
  open: (target: Target, post?: Post) => void;
  close: () => void;
}

export const ComposeContext = createContext<Compose | null>(null);

export function useCompose(): Compose {
  const compose = use(ComposeContext);
  if (compose === null) throw new Error("useCompose needs a ComposeProvider above it");
  return compose;
}

const nothingToHear = () => () => undefined;
const nothingPending: readonly PendingPost[] = [];

export function usePendingPosts(): readonly PendingPost[] {
  const { desk } = useCompose();
  return useSyncExternalStore(desk?.outbox.subscribe ?? nothingToHear, desk?.outbox.list ?? (() => nothingPending));
}

/** The draft of one target, and how to change it. */
export function useDraft(target: Target): [string, (text: string) => void] {
  const { drafts } = useCompose();
  const text = useSyncExternalStore(drafts?.subscribe ?? nothingToHear, () => drafts?.get(target) ?? "");
  return [text, (next) => drafts?.set(target, next)];
}
