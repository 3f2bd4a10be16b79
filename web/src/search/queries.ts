import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { ApiClient } from "@/api/client";
import { keys } from "@/api/keys";
import type { HashtagCount, Page, Post, User } from "@/api/types";
import type { SearchQuery } from "./paths";

const PAGE = 30;
const TAGS = 50;
const SUGGESTED = { users: 5, hashtags: 3 } as const;

/** Suggestions are worth no second try: by then something else has been typed. */
const SUGGESTING = { staleTime: 60_000, gcTime: 5 * 60_000, retry: false } as const;

export function suggestedPeopleQuery(api: ApiClient, prefix: string) {
  return queryOptions({
    ...SUGGESTING,
    queryKey: keys.suggested("users", prefix),
    queryFn: ({ signal }) =>
      api.get<Page<User>>("/search", { signal, query: { q: prefix, type: "users", limit: SUGGESTED.users } }),
  });
}

export function suggestedTagsQuery(api: ApiClient, prefix: string) {
  return queryOptions({
    ...SUGGESTING,
    queryKey: keys.suggested("hashtags", prefix),
    queryFn: ({ signal }) =>
      api.get<Page<HashtagCount>>("/search", { signal, query: { q: prefix, type: "hashtags", limit: SUGGESTED.hashtags } }),
  });
}

export function foundPostsQuery(api: ApiClient, { text, sort }: SearchQuery) {
  return infiniteQueryOptions({
    queryKey: keys.foundPosts(text, sort),
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Post>>("/search", { signal, query: { q: text, type: "posts", sort, limit: PAGE, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function foundPeopleQuery(api: ApiClient, text: string) {
  return infiniteQueryOptions({
    queryKey: keys.foundPeople(text),
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<User>>("/search", { signal, query: { q: text, type: "users", limit: PAGE, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function foundTagsQuery(api: ApiClient, text: string) {
  return queryOptions({
    queryKey: keys.foundTags(text),
    queryFn: ({ signal }) => api.get<Page<HashtagCount>>("/search", { signal, query: { q: text, type: "hashtags", limit: TAGS } }),
  });
}

export function hashtagPostsQuery(api: ApiClient, tag: string) {
  return infiniteQueryOptions({
    queryKey: keys.hashtag(tag),
    queryFn: ({ signal, pageParam }) =>
      api.get<Page<Post>>(`/hashtags/${encodeURIComponent(tag)}/posts`, { signal, query: { limit: PAGE, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}
