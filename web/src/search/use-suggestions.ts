import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useApi } from "@/api/context";
import type { HashtagCount, User } from "@/api/types";
import { intentOf } from "./language";
import { suggestedPeopleQuery, suggestedTagsQuery } from "./queries";

const PAUSE_MS = 120;

export interface Suggestions {
  people: readonly User[];
  tags: readonly HashtagCount[];
  /** The whole text with a chosen name in the place of what was typed of it; null when it leads there itself. */
  complete: ((name: string) => string) | null;
}

/** People and hashtags that begin with what is typed; a request for what is no longer there is aborted. */
export function useSuggestions(text: string, enabled: boolean): Suggestions {
  const api = useApi();
  const { people, tags, before } = useMemo(() => intentOf(text), [text]);
  const prefixes = useSettled(`${people ?? ""}\n${tags ?? ""}`, PAUSE_MS);
  const [wantedPeople = "", wantedTags = ""] = prefixes.split("\n");
  const found = useQuery({
    ...suggestedPeopleQuery(api, wantedPeople),
    enabled: enabled && wantedPeople !== "",
    placeholderData: keepPreviousData,
  });
  const foundTags = useQuery({
    ...suggestedTagsQuery(api, wantedTags),
    enabled: enabled && wantedTags !== "",
    placeholderData: keepPreviousData,
  });
  return {
    people: people !== null && wantedPeople !== "" && !found.isError ? (found.data?.items ?? []) : [],
    tags: tags !== null && wantedTags !== "" && !foundTags.isError ? (foundTags.data?.items ?? []) : [],
    complete: before === null ? null : (name) => `${before}${name} `,
  };
}

/** A value, once it has been the same for a while. */
function useSettled<T>(value: T, pause: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value, pause]);
  return settled;
}
