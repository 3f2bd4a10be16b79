import type { Page, Post } from "@/api/types";
import type { PostEntry } from "@/post/entry";
import { compareIds, newerThan } from "@/post/kinds";
import { foldFeed } from "./folding";

/** The stretch of the home timeline that is loaded, newest first, without holes. */
export interface HomeFeed {
  posts: Post[];
  /** Keys of the cards on screen, so that folding keeps them in place. */
  shown: string[];
  /** Leads further down; null at the end of the timeline. */
  older: string | null;
  /** Is there more above than what is loaded? */
  moreAbove: boolean;
}

export function openFeed(page: Page<Post>, moreAbove = false): HomeFeed {
  return settle({ posts: tidy(page.items), shown: [], older: page.next_cursor, moreAbove });
}

export function addOlder(feed: HomeFeed, page: Page<Post>): HomeFeed {
  return settle({ ...feed, posts: tidy([...feed.posts, ...page.items]), older: page.next_cursor });
}

/** Adds a page that lies just above the loaded stretch; a cursor means that more lies above it. */
export function addNewer(feed: HomeFeed, page: Page<Post>): HomeFeed {
  return settle({ ...feed, posts: tidy([...page.items, ...feed.posts]), moreAbove: page.next_cursor !== null });
}

/** The reader's own new post stands on top at once, unless the top is not loaded. */
export function addOwn(feed: HomeFeed, post: Post): HomeFeed {
  if (feed.moreAbove) return feed;
  return settle({ ...feed, posts: tidy([post, ...feed.posts]) });
}

/** What came while the timeline is open. More than this above the reader is loaded when they want it. */
const MOST_UNASKED = 300;

/** Adds entries wherever their ids belong: they may come late. What lies outside of the loaded stretch is left to its pages. */
export function addLive(feed: HomeFeed, posts: readonly Post[], seenTop: string | null): HomeFeed {
  if (feed.moreAbove) return feed;
  const within = posts.filter((post) => reaches(feed, post.id));
  if (within.length === 0) return feed;
  const unread = seenTop === null ? 0 : feed.posts.filter((post) => newerThan(post.id, seenTop)).length;
  if (unread + within.length > MOST_UNASKED) return { ...feed, moreAbove: true };
  return settle({ ...feed, posts: tidy([...within, ...feed.posts]) });
}

/** A timeline that was loaded anew keeps the cards that are on the screen in their places. */
export function reopened(feed: HomeFeed, before: HomeFeed | undefined): HomeFeed {
  return before ? settle({ ...feed, shown: before.shown }) : feed;
}

export function feedEntries(feed: HomeFeed): PostEntry[] {
  return foldFeed(feed.posts, new Set(feed.shown));
}

/** How many cards lie above the newest post seen; one's own words need no reading. */
export function countUnread(entries: readonly PostEntry[], seenTop: string | null, ownId: string): number {
  if (seenTop === null) return 0;
  return entries.filter((entry) => newerThan(entry.key, seenTop) && !isOwn(entry, ownId)).length;
}

function isOwn({ post, retweeters }: PostEntry, ownId: string): boolean {
  return retweeters.length === 0 ? post.author.id === ownId : retweeters.every((person) => person.id === ownId);
}

/** The card that holds a feed id, or, if that post is gone, the next older one. */
export function findEntry(entries: readonly PostEntry[], postId: string): PostEntry | undefined {
  return (
    entries.find((entry) => entry.ids.includes(postId)) ??
    entries.find((entry) => newerThan(postId, entry.key)) ??
    entries.at(-1)
  );
}

/** Does the loaded stretch reach down to this id? */
export function reaches(feed: HomeFeed, postId: string): boolean {
  const last = feed.posts.at(-1);
  return feed.older === null || (last !== undefined && !newerThan(last.id, postId));
}

function settle(feed: HomeFeed): HomeFeed {
  return { ...feed, shown: feedEntries(feed).map((entry) => entry.key) };
}

function tidy(posts: Post[]): Post[] {
  const byId = new Map<string, Post>();
  for (const post of posts) if (!byId.has(post.id)) byId.set(post.id, post);
  return [...byId.values()].sort((a, b) => compareIds(b.id, a.id));
}
