import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigationType } from "react-router";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Page, Post } from "@/api/types";

const PAGE = 30;

export function useDiscover() {
  const api = useApi();
  const goingBack = useNavigationType() === "POP";
  return useInfiniteQuery({
    queryKey: keys.discover(),
    queryFn: ({ pageParam, signal }) => api.get<Page<Post>>("/discover", { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
    staleTime: 60_000,
    // Whoever goes back finds the list as it was left.
    refetchOnMount: !goingBack,
  });
}
