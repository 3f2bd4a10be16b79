import { createContext, use } from "react";
import type { Post, UserSummary } from "@/api/types";

/** What a person can do with a post; each shows at once and undoes itself with a word when it fails. */
export interface PostActions {
  reply: (post: Post) => void;
  quote: (post: Post) => void;
  setLiked: (post: Post, on: boolean) => void;
  setRetweeted: (post: Post, on: boolean) => void;
  copyLink: (post: Post) => void;
  remove: (post: Post) => void;
  mute: (author: UserSummary) => void;
  block: (author: UserSummary) => void;
}

export const PostActionsContext = createContext<PostActions | null>(null);

export function usePostActions(): PostActions {
  const actions = use(PostActionsContext);
  if (actions === null) throw new Error("usePostActions needs a PostActionsProvider above it");
  return actions;
}
