import type { Id, Notification } from "@/api/types";
import { postPath, profilePath } from "@/post/paths";

/** Where a notification leads: to the post, to who followed, or, if several did, to one's followers. */
export function pathOf({ post, actors, actors_count }: Notification, me: { username: string }): string {
  if (post) return postPath(post);
  const [only] = actors;
  return only && actors_count === 1 ? profilePath(only) : `${profilePath(me)}/followers`;
}

/** Who is named, newest first, and how many stand behind "others". */
export function namedActors({ actors, actors_count }: Notification): { named: Notification["actors"]; others: number } {
  const named = actors.slice(0, actors_count === 2 ? 2 : 1);
  return { named, others: Math.max(0, actors_count - named.length) };
}

/** Answers, mentions and quotes are somebody's words; they are read here and can be answered. */
export function isWords({ type, post }: Notification): boolean {
  return post !== null && (type === "reply" || type === "mention" || type === "quote");
}

export type MarkRead = (id: Id) => void;
