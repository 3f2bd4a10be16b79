import type { QueryClient } from "@tanstack/react-query";
import type { Post, Tombstone } from "@/api/types";
import { isPlainRetweet } from "./kinds";

type Change = (post: Post) => Post | Tombstone | null;
type KeyTest = (key: readonly unknown[]) => boolean;

/**
 * Rewrites every post inside any cached shape (pages, threads, quotes inside posts). A change that
 * answers null takes the post out of its list. What does not change keeps its identity.
 */
export function mapPosts<T>(data: T, change: Change): T {
  return rewrite(data, change) as T;
}

/** Applies a change to one post wherever it is cached. */
export function updatePost(client: QueryClient, id: string, change: (post: Post) => Post): void {
  updateEveryQuery(client, (post) => (post.id === id ? change(post) : post));
}

/** Applies a change to all posts, wherever they are cached. */
export function updatePosts(client: QueryClient, change: (post: Post) => Post): void {
  updateEveryQuery(client, change);
}

/** Takes a deleted post out of all lists; in threads its place stays as a gap. */
export function removePost(client: QueryClient, id: string): void {
  updateEveryQuery(client, (post) => (post.id === id ? null : post), isThreadKey);
  updateEveryQuery(client, (post) => (post.id === id ? tombstoneOf(post) : post), (key) => !isThreadKey(key));
}

/** Applies a change to everything by one author, as after they changed their name. */
export function updatePostsBy(client: QueryClient, authorId: string, change: (post: Post) => Post): void {
  updateEveryQuery(client, (post) => (post.author.id === authorId ? change(post) : post));
}

/** Takes everything by one author out of all lists but those to keep, as after a block or a mute. */
export function removePostsBy(client: QueryClient, authorId: string, keep: KeyTest = () => false): void {
  updateEveryQuery(client, (post) => (post.author.id === authorId ? null : post), (key) => isThreadKey(key) || keep(key));
}

/** A post that some list has already loaded. */
export function findCachedPost(client: QueryClient, id: string): Post | undefined {
  let found: Post | undefined;
  for (const query of client.getQueryCache().getAll()) {
    if (found) break;
    mapPosts(query.state.data, (post) => {
      if (post.id === id) found = post;
      return post;
    });
  }
  return found;
}

function updateEveryQuery(client: QueryClient, change: Change, skip: KeyTest = () => false): void {
  for (const query of client.getQueryCache().getAll()) {
    const { data, dataUpdatedAt } = query.state;
    if (data === undefined || skip(query.queryKey)) continue;
    const next = mapPosts(data, change);
    if (next !== data) client.setQueryData(query.queryKey, next, { updatedAt: dataUpdatedAt });
  }
}

function isThreadKey(key: readonly unknown[]): boolean {
  return key.at(-1) === "thread";
}

function tombstoneOf(post: Post): Tombstone {
  return { id: post.id, deleted: true, reply_to: post.reply_to };
}

function rewrite(value: unknown, change: Change): unknown {
  if (Array.isArray(value)) return rewriteList(value, change);
  if (!isObject(value)) return value;
  if (isPost(value)) return rewritePost(value, change);
  return rewriteFields(value, change);
}

function rewriteList(list: unknown[], change: Change): unknown[] {
  const next = list.map((item) => rewrite(item, change)).filter((item, index) => item !== null || list[index] === null);
  return next.length === list.length && next.every((item, index) => item === list[index]) ? list : next;
}

function rewriteFields(value: object, change: Change): object {
  let changed = false;
  const next = Object.fromEntries(
    Object.entries(value).map(([name, field]) => {
      const rewritten = keepPlace(field, rewrite(field, change));
      changed ||= rewritten !== field;
      return [name, rewritten];
    }),
  );
  return changed ? next : value;
}

/** Only lists can lose a post; a field that must hold one keeps the last known state of it. */
function keepPlace(field: unknown, rewritten: unknown): unknown {
  const gone = rewritten === null || (isObject(rewritten) && "deleted" in rewritten && rewritten.deleted === true);
  return gone ? field : rewritten;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function rewritePost(post: Post, change: Change): Post | Tombstone | null {
  const changed = change(post);
  if (changed === null || changed.deleted || changed.retweet_of === null) return changed;
  const inner = rewritePost(changed.retweet_of, change);
  if (inner === changed.retweet_of) return changed;
  const original = inner === null || inner.deleted ? null : inner;
  if (original === null && isPlainRetweet(changed)) return null;
  return { ...changed, retweet_of: original };
}

function isPost(value: object): value is Post {
  return "author" in value && "text" in value && "conversation_id" in value;
}
