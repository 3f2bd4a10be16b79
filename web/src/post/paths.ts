import type { Post, UserSummary } from "@/api/types";

export function profilePath(user: Pick<UserSummary, "username">): string {
  return `/@${user.username}`;
}

export function hashtagPath(tag: string): string {
  return `/hashtag/${encodeURIComponent(tag)}`;
}

export function postPath(post: Pick<Post, "id"> & { author: Pick<UserSummary, "username"> }): string {
  return `${profilePath(post.author)}/${post.id}`;
}
