import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Page, User } from "@/api/types";

type Change = (user: User) => User;
type PeoplePages = InfiniteData<Page<User>>;

/** Applies a change to a person wherever they are cached: on the profile and in every list of people. */
export function patchUser(queries: QueryClient, username: string, change: Change): void {
  const name = username.toLowerCase();
  const patch: Change = (user) => (user.username.toLowerCase() === name ? change(user) : user);

  queries.setQueryData<User>(keys.user(username), (user) => user && change(user));
  queries.setQueriesData<PeoplePages>({ predicate: ({ queryKey }) => isPeopleKey(queryKey) }, (data) =>
    data && {
      ...data,
      pages: data.pages.map((page) => ({ ...page, items: page.items.map(patch) })),
    },
  );
}

function isPeopleKey(key: readonly unknown[]): boolean {
  const last = key.at(-1);
  return (key[0] === "user" && (last === "followers" || last === "following")) || isLikersKey(key) || isFoundKey(key);
}

function isLikersKey(key: readonly unknown[]): boolean {
  return key[0] === "post" && (key.at(-1) === "likes" || key.at(-1) === "retweets");
}

function isFoundKey(key: readonly unknown[]): boolean {
  return key[0] === "search" && key[1] === "users";
}

/** The person as seen after following or unfollowing them. */
export function withFollowing(user: User, following: boolean): User {
  if (user.viewer === null || user.viewer.following === following) return user;
  return {
    ...user,
    followers_count: Math.max(0, user.followers_count + (following ? 1 : -1)),
    viewer: { ...user.viewer, following },
  };
}

/** One's own profile after following or unfollowing somebody. */
export function withFollowingCount(me: User, by: number): User {
  return { ...me, following_count: Math.max(0, me.following_count + by) };
}
