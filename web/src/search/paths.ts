export type SearchType = "posts" | "users" | "hashtags";
export type SearchSort = "relevance" | "newest";

export interface SearchQuery {
  text: string;
  type: SearchType;
  sort: SearchSort;
}

const TYPES: readonly string[] = ["users", "hashtags"] satisfies SearchType[];

/** The address of a search; what is usual is left out. */
export function searchPath({ text, type = "posts", sort = "relevance" }: Partial<SearchQuery>): string {
  const params = new URLSearchParams();
  if (text) params.set("q", text);
  if (type !== "posts") params.set("type", type);
  else if (sort !== "relevance") params.set("sort", sort);
  const search = params.toString();
  return `/search${search && `?${search}`}`;
}

export function readSearch(params: URLSearchParams): SearchQuery {
  const type = params.get("type") ?? "";
  return {
    text: (params.get("q") ?? "").trim(),
    type: TYPES.includes(type) ? (type as SearchType) : "posts",
    sort: params.get("sort") === "newest" ? "newest" : "relevance",
  };
}

/** What the history knows about a search beside its address. */
export interface SearchState {
  /** Somebody typed it, rather than following a link. */
  asked: true;
  /** The search that this one is a finer form of. */
  insteadOf?: string;
  /** The field of the page has its text already, or what was typed since. */
  typed?: true;
}
