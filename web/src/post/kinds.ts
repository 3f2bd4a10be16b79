import type { Post } from "@/api/types";

/** A retweet without words of its own: it only points at its original. */
export function isPlainRetweet(post: Post): boolean {
  return post.text === "" && (post.retweet_of_id !== null || post.retweet_of !== null);
}

/** Ids are 64-bit decimal strings without leading zeros, so length decides before digits do. */
export function compareIds(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

export function newerThan(a: string, b: string): boolean {
  return compareIds(a, b) > 0;
}

export function idAfter(id: string): string {
  return (BigInt(id) + 1n).toString();
}
