import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigationType } from "react-router";
import { useApi } from "@/api/context";
import { ApiProblem } from "@/api/problem";
import type { SearchQuery } from "./paths";
import { foundPeopleQuery, foundPostsQuery, foundTagsQuery } from "./queries";

/** The text of the search is not one that the server understands. */
const REFUSED = new Set([400, 422]);

/** What one search found: of the three lists only the one that is asked for is loaded. */
export function useFound(search: SearchQuery) {
  const api = useApi();
  const { text, type } = search;
  // Whoever goes back finds the list as it was left.
  const refetchOnMount = useNavigationType() !== "POP";
  const wants = (what: SearchQuery["type"]) => ({ enabled: text !== "" && type === what, refetchOnMount });

  const posts = useInfiniteQuery({ ...foundPostsQuery(api, search), ...wants("posts") });
  const people = useInfiniteQuery({ ...foundPeopleQuery(api, text), ...wants("users") });
  const tags = useQuery({ ...foundTagsQuery(api, text), ...wants("hashtags") });
  const { error, isSuccess } = { posts, users: people, hashtags: tags }[type];
  const refused = error instanceof ApiProblem && REFUSED.has(error.status);
  return {
    posts,
    people,
    tags,
    isSuccess,
    /** What is wrong with the text, as the server says it; null when nothing is. */
    refusal: refused ? error.fieldErrors["q"] || error.detail || error.title : null,
  };
}

export type Found = ReturnType<typeof useFound>;
