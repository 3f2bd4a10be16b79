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

export interface Compose {
  /** Null for visitors: they have nothing to write with. */
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
  const { desk } = useCompose();
  const text = useSyncExternalStore(desk?.drafts.subscribe ?? nothingToHear, () => desk?.drafts.get(target) ?? "");
  return [text, (next) => desk?.drafts.set(target, next)];
}
