import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, type RefObject } from "react";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Markers, Me } from "@/api/types";
import { useIsLive, useLiveLink } from "@/live/link";
import type { PostEntry } from "@/post/entry";
import type { ListEnd, PostListHandle } from "@/post/PostList";
import type { Place } from "@/post/list-place";
import { addNewer, addOlder, countUnread, feedEntries, findEntry, openFeed, reopened, type HomeFeed } from "./feed";
import { fetchFeed, openHome, type HomeBoot } from "./open-home";
import { PositionKeeper, type Marker } from "./reading-position";
import { usePolling } from "./use-polling";

const PAGE = 40;
const MOST = 100;

/** The home timeline of the signed-in person, with the place where they read. */
export function useHome(me: Me, list: RefObject<PostListHandle | null>) {
  const api = useApi();
  const queries = useQueryClient();
  const link = useLiveLink();
  const isLive = useIsLive();
  const [keeper] = useState(
    () =>
      new PositionKeeper({
        storage: localStorage,
        accountId: me.id,
        put: async (home, { force, keepalive }) =>
          (await api.put<Markers>("/markers", force ? { home, force } : { home }, { keepalive })).home,
      }),
  );
  const [seenTop, setSeenTop] = useState(keeper.position?.seenTop ?? null);
  const [elsewhere, setElsewhere] = useState<Marker | null>(null);

  const query = useQuery({
    queryKey: keys.home(),
    queryFn: async ({ signal }) => {
      const boot = queries.getQueryData<HomeBoot>(keys.bootHome()) ?? null;
      const before = queries.getQueryData<HomeFeed>(keys.home());
      const feed = await openHome(api, keeper, { boot, reading: before !== undefined }, signal);
      queries.removeQueries({ queryKey: keys.bootHome(), exact: true });
      setSeenTop(keeper.position?.seenTop ?? null);
      list.current?.hold();
      return reopened(feed, before);
    },
    staleTime: Infinity,
    gcTime: Infinity,
  });
  const feed = query.data;

  const change = useCallback(
    (edit: (feed: HomeFeed) => HomeFeed) => {
      list.current?.hold();
      queries.setQueryData<HomeFeed>(keys.home(), (current) => current && edit(current));
    },
    [list, queries],
  );

  const loadOlder = useCallback(async () => {
    const cursor = queries.getQueryData<HomeFeed>(keys.home())?.older;
    if (!cursor) return;
    const page = await fetchFeed(api, { limit: PAGE, cursor });
    queries.setQueryData<HomeFeed>(keys.home(), (current) => current && addOlder(current, page));
  }, [api, queries]);

  const loadNewer = useCallback(async () => {
    const top = queries.getQueryData<HomeFeed>(keys.home())?.posts[0]?.id;
    if (top === undefined) return;
    const page = await fetchFeed(api, { limit: MOST, newer_than: top });
    if (page.items.length > 0) change((current) => addNewer(current, page));
    else change((current) => ({ ...current, moreAbove: false }));
  }, [api, change, queries]);

  const below = useEdge(feed?.older !== null && feed !== undefined, loadOlder);
  const above = useEdge(feed?.moreAbove ?? false, loadNewer);
  usePolling(loadNewer, !isLive && feed !== undefined && feed.posts.length > 0 && !feed.moreAbove);
  useEffect(() => link.onChange(() => list.current?.hold()), [link, list]);
  useMarkerSync(keeper, setElsewhere);

  const entries = useMemo(() => (feed ? feedEntries(feed) : []), [feed]);

  const onMove = useCallback(
    (place: Place) => {
      keeper.moveTo({ postId: place.card, offset: place.offset });
      setSeenTop(keeper.position?.seenTop ?? null);
    },
    [keeper],
  );

  const toTop = useCallback(async () => {
    setElsewhere(null);
    if (queries.getQueryData<HomeFeed>(keys.home())?.moreAbove) {
      const page = await fetchFeed(api, { limit: PAGE });
      queries.setQueryData(keys.home(), openFeed(page));
    }
    requestAnimationFrame(() => {
      window.scrollTo({ top: 0, behavior: "instant" });
      // The pill that had the focus goes away.
      document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    });
  }, [api, queries]);

  const follow = useCallback(() => {
    keeper.reconcile(elsewhere);
    setElsewhere(null);
    void queries.resetQueries({ queryKey: keys.home(), exact: true });
  }, [elsewhere, keeper, queries]);

  return {
    query,
    entries,
    below,
    above,
    unread: { count: countUnread(entries, seenTop, me.id), more: feed?.moreAbove ?? false },
    opening: openingPlace(keeper, entries),
    onMove,
    toTop,
    elsewhere,
    follow,
  };
}

/** The card where reading stopped; when its post is gone, the next older one takes its place. */
function openingPlace(keeper: PositionKeeper, entries: readonly PostEntry[]): Place | null {
  const position = keeper.position;
  const entry = position && findEntry(entries, position.postId);
  if (!entry || (entry === entries[0] && position.offset >= 0)) return null;
  return { card: entry.key, offset: position.offset };
}

function useEdge(hasMore: boolean, load: () => Promise<void>): ListEnd {
  const [state, setState] = useState<{ loading: boolean; error: unknown }>({ loading: false, error: null });
  const busy = useRef(false);
  const onMore = useCallback(() => {
    if (busy.current) return;
    busy.current = true;
    setState({ loading: true, error: null });
    load()
      .then(
        () => setState({ loading: false, error: null }),
        (error: unknown) => setState({ loading: false, error }),
      )
      .finally(() => {
        busy.current = false;
      });
  }, [load]);
  return { hasMore, ...state, onMore };
}

/** Tells the server where reading stopped when the page is left, and hears of other devices when it is come back to. */
function useMarkerSync(keeper: PositionKeeper, onElsewhere: (marker: Marker | null) => void): void {
  const api = useApi();
  useEffect(() => {
    const leave = () => void keeper.sync(true);
    const onVisibility = () => {
      if (document.visibilityState === "hidden") {
        leave();
        return;
      }
      api.get<Markers>("/markers").then(
        ({ home }) => onElsewhere(home && keeper.isElsewhere(home) ? home : null),
        () => undefined,
      );
    };
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      window.removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", onVisibility);
      void keeper.sync();
    };
  }, [api, keeper, onElsewhere]);
}
