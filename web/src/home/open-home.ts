import type { ApiClient } from "@/api/client";
import type { Markers, Page, Post } from "@/api/types";
import { idAfter } from "@/post/kinds";
import { addNewer, openFeed, reaches, type HomeFeed } from "./feed";
import type { PositionKeeper } from "./reading-position";

const PAGE = 40;
const MOST = 100;

/** What the document brought along. */
export interface HomeBoot {
  page: Page<Post>;
  markers?: Markers | undefined;
}

interface Opening {
  boot?: HomeBoot | null;
  /** It is open already, and only loaded anew: another device's place must not move who reads here. */
  reading?: boolean;
}

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
  { boot = null, reading = false }: Opening,
  signal?: AbortSignal | undefined,
): Promise<HomeFeed> {
  const [markers, newest] = await Promise.all([
    // Without the marker this device's own place is the best there is.
    boot?.markers ?? api.get<Markers>("/markers", { signal }).catch(() => null),
    boot?.page ?? fetchFeed(api, { limit: PAGE }, signal),
  ]);
  const position = markers && !reading ? keeper.reconcile(markers.home) : keeper.position;
  const feed = openFeed(newest);
  return position && !reaches(feed, position.postId) ? openAround(api, feed, position.postId, signal) : feed;
}

async function openAround(api: ApiClient, top: HomeFeed, postId: string, signal?: AbortSignal | undefined): Promise<HomeFeed> {
  const [from, above] = await Promise.all([
    fetchFeed(api, { limit: PAGE, older_than: idAfter(postId) }, signal),
    fetchFeed(api, { limit: MOST, newer_than: postId }, signal),
  ]);
  return from.items.length === 0 ? top : addNewer(openFeed(from), above);
}
