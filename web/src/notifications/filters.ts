import type { NotificationKind } from "@/api/types";

export type FilterName = "all" | "unread" | "replies" | "likes" | "retweets" | "follows";

interface Filter {
  name: FilterName;
  /** Null lists all types. */
  kinds: readonly NotificationKind[] | null;
  unread?: boolean;
}

export const FILTERS: readonly Filter[] = [
  { name: "all", kinds: null },
  { name: "unread", kinds: null, unread: true },
  { name: "replies", kinds: ["reply", "mention", "quote"] },
  { name: "likes", kinds: ["like"] },
  { name: "retweets", kinds: ["retweet"] },
  { name: "follows", kinds: ["follow"] },
];

export function filterNamed(name: string | null): Filter {
  return FILTERS.find((filter) => filter.name === name) ?? { name: "all", kinds: null };
}
