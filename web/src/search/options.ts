import type { HashtagCount, User } from "@/api/types";
import type { Suggestions } from "./use-suggestions";

export type SearchOption =
  | { kind: "search"; text: string }
  | { kind: "recent"; text: string }
  | { kind: "person"; user: User }
  | { kind: "tag"; tag: HashtagCount };

const RECENT = 3;

/** What the list under the field offers, in order: the text itself, what was searched for before, people, hashtags. */
export function optionsFor(text: string, recent: readonly string[], { people, tags }: Suggestions): SearchOption[] {
  const typed = text.trim();
  if (typed === "") return [];
  const begun = recent.filter((search) => search !== typed && search.toLowerCase().startsWith(typed.toLowerCase()));
  return [
    { kind: "search", text: typed },
    ...begun.slice(0, RECENT).map((search): SearchOption => ({ kind: "recent", text: search })),
    ...people.map((user): SearchOption => ({ kind: "person", user })),
    ...tags.map((tag): SearchOption => ({ kind: "tag", tag })),
  ];
}

export function optionId(listId: string, index: number): string {
  return `${listId}-${index}`;
}
