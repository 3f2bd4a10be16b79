import type { ApiClient } from "@/api/client";
import type { Markers, Page, Post } from "@/api/types";
import { idAfter, newerThan } from "@/post/kinds";
import { addNewer, addOlder, openFeed, reaches, type HomeFeed } from "./feed";
import type { PositionKeeper } from "./reading-position";

const PAGE = 40;
const MOST = 100;
/** How far the list is followed down to the place where reading stopped. */
const MOST_PAGES = 8;

type Query = { limit: number; cursor?: string; newer_than?: string; older_than?: string };

export function fetchFeed(api: ApiClient, query: Query, signal?: AbortSignal | undefined): Promise<Page<Post>> {
  return api.get<Page<Post>>("/feed", { query, signal });
}

/**
 * Opens the home timeline so that the place where reading stopped is in it: the newest page if that
 * reaches down to it, or else the stretch around it, with more above.
 */
export async function openHome(
  api: ApiClient,
  keeper: PositionKeeper,
  firstPage: Page<Post> | null,
  signal?: AbortSignal | undefined,
): Promise<HomeFeed> {
  const [markers, newest] = await Promise.all([
    // Without the marker this device's own place is the best there is.
    api.get<Markers>("/markers", { signal }).catch(() => null),
    firstPage ?? fetchFeed(api, { limit: PAGE }, signal),
  ]);
  const position = markers ? keeper.reconcile(markers.home) : keeper.position;
  const feed = openFeed(newest);
  return position && !reaches(feed, position.postId) ? openAround(api, feed, position.postId, signal) : feed;
}

async function openAround(api: ApiClient, top: HomeFeed, postId: string, signal?: AbortSignal | undefined): Promise<HomeFeed> {
  const [from, above] = await Promise.all([
    fetchFeed(api, { limit: PAGE, older_than: idAfter(postId) }, signal),
    fetchFeed(api, { limit: MOST, newer_than: postId }, signal),
  ]);
  const first = from.items[0];
  if (!first || newerThan(first.id, postId)) return followDown(api, top, postId, signal);
  return addNewer(openFeed(from), above);
}

/** The place lies below the end of what the server still lists there: then from the top as far as it goes. */
async function followDown(api: ApiClient, top: HomeFeed, postId: string, signal?: AbortSignal | undefined): Promise<HomeFeed> {
  let feed = top;
  for (let page = 0; page < MOST_PAGES && feed.older !== null && !reaches(feed, postId); page += 1) {
    feed = addOlder(feed, await fetchFeed(api, { limit: MOST, cursor: feed.older }, signal));
  }
  return feed;
}
