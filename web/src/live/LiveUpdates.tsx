import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "@/api/keys";
import type { Me } from "@/api/types";
import type { HomeFeed } from "@/home/feed";
import { storedPosition } from "@/home/reading-position";
import { UnreadCount } from "@/notifications/UnreadCount";
import { useSessionStore } from "@/session/context";
import { LiveConnection } from "./connection";
import { useLiveLink } from "./link";
import { LiveNews } from "./news";
import { OnScreen } from "./on-screen";
import { openSocket } from "./socket";
import { openStream } from "./stream";

/** So long after the page was last looked at, nothing is told any more; coming back goes on from there. */
const HIDDEN_MS = 5 * 60_000;
const KNOWN = 100;

/** Keeps the page up to date while it is looked at. Shows nothing itself. */
export function LiveUpdates({ me }: { me: Me }) {
  useConnection(me);
  return <UnreadCount />;
}

function useConnection(me: Me): void {
  const session = useSessionStore();
  const queries = useQueryClient();
  const link = useLiveLink();

  useEffect(() => {
    const root = document.getElementById("main");
    if (root === null) return;
    const home = () => queries.getQueryData<HomeFeed>(keys.home());
    const known = () => {
      const feed = home();
      return feed && !feed.moreAbove && feed.posts.length > 0 ? feed.posts.slice(0, KNOWN).map(({ id }) => id) : null;
    };
    const screen = new OnScreen(root, (posts) => {
      news.sweep();
      connection.watch(posts);
    });
    const news = new LiveNews({
      queries,
      link,
      cardsOf: (id) => screen.cardsOf(id),
      seenTop: () => storedPosition(localStorage, me.id)?.seenTop ?? null,
    });
    const connection = new LiveConnection({
      transports: [openSocket, openStream],
      token: () => session.accessToken(),
      refresh: (stale) => session.refresh(stale),
      known,
      onEvent: (event) => news.take(event),
      onLive: (live) => link.setLive(live),
    });
    const stopListening = listenToPage(connection, session.subscribe);
    connection.start();
    return () => {
      stopListening();
      connection.stop();
      news.stop();
      screen.stop();
    };
  }, [session, queries, link, me.id]);
}

/** Hangs up when the page is put away or has long not been looked at, and calls again when the reader is back. */
function listenToPage(connection: LiveConnection, subscribeToSession: (listener: () => void) => () => void): () => void {
  let hidden: ReturnType<typeof setTimeout> | undefined;
  const goOn = () => {
    clearTimeout(hidden);
    connection.start();
    connection.wake();
  };
  const onVisibility = () => {
    if (document.visibilityState === "visible") goOn();
    else hidden = setTimeout(() => connection.stop(), HIDDEN_MS);
  };
  const onOnline = () => connection.wake();
  const onHide = () => connection.stop();
  document.addEventListener("visibilitychange", onVisibility);
  window.addEventListener("online", onOnline);
  // An open connection would keep the browser from keeping the page for the way back.
  window.addEventListener("pagehide", onHide);
  window.addEventListener("pageshow", goOn);
  const stopListening = subscribeToSession(() => connection.renew());
  return () => {
    clearTimeout(hidden);
    document.removeEventListener("visibilitychange", onVisibility);
    window.removeEventListener("online", onOnline);
    window.removeEventListener("pagehide", onHide);
    window.removeEventListener("pageshow", goOn);
    stopListening();
  };
}
