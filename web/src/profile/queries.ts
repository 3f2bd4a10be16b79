import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "@/api/client";
import { keys, type PeopleList, type ProfileTab } from "@/api/keys";
import type { Page, Post, User } from "@/api/types";

const PEOPLE_PER_PAGE = 40;

export function userQuery(api: ApiClient, username: string) {
  return queryOptions({
    queryKey: keys.user(username),
    queryFn: ({ signal }) => api.get<User>(`/users/${encodeURIComponent(username)}`, { signal }),
  });
}

export function peopleQuery(api: ApiClient, username: string, list: PeopleList) {
  return infiniteQueryOptions({
    queryKey: keys.userPeople(username, list),
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<User>>(`/users/${encodeURIComponent(username)}/${list}`, {
        signal,
        query: { limit: PEOPLE_PER_PAGE, cursor: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function userPostsQuery(api: ApiClient, username: string, tab: ProfileTab) {
  return infiniteQueryOptions({
    queryKey: keys.userPosts(username, tab),
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Post>>(`/users/${encodeURIComponent(username)}/${tab === "likes" ? "likes" : "posts"}`, {
        signal,
        query: { cursor: pageParam, ...(tab === "likes" ? {} : { replies: tab === "replies" }) },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
