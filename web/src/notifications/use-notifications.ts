import { skipToken, useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigationType } from "react-router";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Notification, Page } from "@/api/types";
import { filterNamed, type FilterName } from "./filters";

const PAGE = 30;

export function useNotifications(name: FilterName) {
  const api = useApi();
  const queries = useQueryClient();
  const goingBack = useNavigationType() === "POP";
  const { kinds, unread } = filterNamed(name);
  const query = useInfiniteQuery({
    queryKey: keys.notificationList(name),
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: PAGE, cursor: pageParam, type: kinds, ...(unread && { unread }) };
      const page = await api.get<Page<Notification>>("/notifications", { query, signal });
      if (pageParam === null) queries.setQueryData(keys.notificationsAhead(), false);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 0,
    // Whoever goes back finds the list as it was left.
    refetchOnMount: !goingBack,
  });

  const ahead = useQuery<boolean>({ queryKey: keys.notificationsAhead(), queryFn: skipToken }).data ?? false;

  const showAhead = () => queries.resetQueries({ queryKey: keys.notificationList(name), exact: true });
  return { query, ahead, showAhead };
}
