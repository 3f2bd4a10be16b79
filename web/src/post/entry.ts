import type { Post, UserSummary } from "@/api/types";

/** One card of a list. */
export interface PostEntry {
  /** The id whose place the card takes in its list; stable while the list grows. */
  key: string;
  /** What the card shows: an original, a reply or a quote, never a plain retweet. */
  post: Post;
  /** Who brought it here, latest first, each person once. */
  retweeters: UserSummary[];
  /** Every listed id this card stands for, newest first. */
  ids: string[];
}
