import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { UnreadCountAnswer } from "@/api/types";
import { useIsLive } from "@/live/link";

const OFTEN = 60_000;
const RARELY = 10 * 60_000;

/** Keeps the number of unread notifications, for the bell and for the icon of the installed app. */
export function UnreadCount() {
  const api = useApi();
  const queries = useQueryClient();
  const isLive = useIsLive();
  const { data: unread } = useQuery({
    queryKey: keys.unreadCount(),
    queryFn: async ({ signal }) => (await api.get<UnreadCountAnswer>("/notifications/unread-count", { signal })).count,
    staleTime: 10_000,
    // A live page is told; another device may have read them meanwhile.
    refetchInterval: isLive ? RARELY : OFTEN,
    refetchOnWindowFocus: true,
  });

  const before = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (unread === undefined) return;
    if (before.current !== undefined && unread > before.current) queries.setQueryData(keys.notificationsAhead(), true);
    before.current = unread;
    showOnAppIcon(unread);
  }, [queries, unread]);

  useEffect(() => () => showOnAppIcon(0), []);
  return null;
}

function showOnAppIcon(unread: number): void {
  if (!("setAppBadge" in navigator)) return;
  // Refused where the app is not installed.
  navigator.setAppBadge(unread).catch(() => undefined);
}
