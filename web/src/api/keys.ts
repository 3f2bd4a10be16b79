import type { Id } from "./types";

const user = (username: string) => ["user", username.toLowerCase()] as const;

/** Every query key of the client is made here, so that what is stored and what is invalidated cannot drift apart. */
export const keys = {
  home: () => ["home"] as const,
  homeMarker: () => ["home", "marker"] as const,
  discover: () => ["discover"] as const,

  post: (id: Id) => ["post", id] as const,
  thread: (id: Id) => ["post", id, "thread"] as const,
  postLikes: (id: Id) => ["post", id, "likes"] as const,
  postRetweets: (id: Id) => ["post", id, "retweets"] as const,

  user,
  userPosts: (username: string, tab: "posts" | "replies" | "likes") => [...user(username), tab] as const,
  userPeople: (username: string, list: "followers" | "following") => [...user(username), list] as const,

  sessions: () => ["sessions"] as const,
};
