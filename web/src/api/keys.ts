import type { Id } from "./types";

export type ProfileTab = "posts" | "replies" | "likes";
export type PeopleList = "followers" | "following";

const user = (username: string) => ["user", username.toLowerCase()] as const;

/** Every query key of the client is made here, so that what is stored and what is invalidated cannot drift apart. */
export const keys = {
  home: () => ["home"] as const,
  /** The newest page of home that the document brought along. */
  bootHome: () => ["home", "boot"] as const,
  discover: () => ["discover"] as const,

  posts: () => ["post"] as const,
  post: (id: Id) => ["post", id] as const,
  thread: (id: Id) => ["post", id, "thread"] as const,
  postLikes: (id: Id) => ["post", id, "likes"] as const,
  postRetweets: (id: Id) => ["post", id, "retweets"] as const,

  user,
  userPosts: (username: string, tab: ProfileTab) => [...user(username), tab] as const,
  userPeople: (username: string, list: PeopleList) => [...user(username), list] as const,

  foundPosts: (text: string, sort: string) => ["search", "posts", text, sort] as const,
  foundPeople: (text: string) => ["search", "users", text] as const,
  foundTags: (text: string) => ["search", "hashtags", text] as const,
  suggested: (type: "users" | "hashtags", prefix: string) => ["suggested", type, prefix.toLowerCase()] as const,
  hashtag: (tag: string) => ["hashtag", tag.toLowerCase()] as const,
  trends: () => ["trends"] as const,

  sessions: () => ["sessions"] as const,

  notifications: () => ["notifications"] as const,
  notificationLists: () => ["notifications", "list"] as const,
  notificationList: (filter: string) => ["notifications", "list", filter] as const,
  unreadCount: () => ["notifications", "unread-count"] as const,
  /** Whether something to read has come that the lists do not have. */
  notificationsAhead: () => ["notifications", "ahead"] as const,
  notificationPreferences: () => ["notifications", "preferences"] as const,
  pushServices: () => ["notifications", "push"] as const,
};
