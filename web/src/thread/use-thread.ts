import { useInfiniteQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Id, Post, Thread } from "@/api/types";
import { findCachedPost } from "@/post/cache";

const PAGE = 40;

/** A conversation by pages of direct replies; the post itself shows at once if some list has it. */
export function useThread(id: Id) {
  const api = useApi();
  const queries = useQueryClient();
  return useInfiniteQuery({
    queryKey: keys.thread(id),
    queryFn: ({ pageParam, signal }) =>
      api.get<Thread>(`/posts/${id}/thread`, { query: { limit: PAGE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.replies.next_cursor,
    placeholderData: () => alone(findCachedPost(queries, id)),
    staleTime: 10_000,
  });
}

function alone(post: Post | undefined): InfiniteData<Thread, string | null> | undefined {
  if (!post) return undefined;
  return { pages: [{ ancestors: [], post, replies: { items: [], next_cursor: null } }], pageParams: [null] };
}
