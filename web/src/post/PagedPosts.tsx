import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useCallback, useMemo, useState, type ReactNode } from "react";
import { useLocation } from "react-router";
import type { Page, Post } from "@/api/types";
import { foldFeed } from "@/home/folding";
import { strings } from "@/strings";
import { ErrorNotice } from "@/ui/Notice";
import { PostSkeleton } from "@/ui/Skeleton";
import { placeOf, remember } from "./places";
import { PostList } from "./PostList";
import type { Place } from "./list-place";

interface PagedPostsProps {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<Page<Post>>>;
  /** What to say, and what to do next, when there is nothing. */
  empty: ReactNode;
}

/** A list of posts by pages, in all its states; going back finds the place where it was left. */
export function PagedPosts({ label, query, empty }: PagedPostsProps) {
  const { key } = useLocation();
  const [opening] = useState(() => placeOf(key));
  const onMove = useCallback((place: Place) => remember(key, { place }), [key]);
  const entries = useMemo(() => foldPages(query.data?.pages ?? []), [query.data]);
  const { fetchNextPage } = query;
  const onMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);

  if (query.isPending) return <PostSkeletons label={label} />;
  if (query.isError && !query.data) {
    return (
      <ErrorNotice
        title={strings.post.listFailed}
        error={query.error}
        busy={query.isFetching}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (entries.length === 0 && !query.hasNextPage) return empty;
  return (
    <PostList
      label={label}
      entries={entries}
      opening={opening}
      onMove={onMove}
      endText={strings.post.listEnd}
      below={{
        hasMore: query.hasNextPage,
        loading: query.isFetchingNextPage,
        error: query.isFetchNextPageError ? query.error : null,
        onMore,
      }}
    />
  );
}

export function PostSkeletons({ label }: { label: string }) {
  return (
    <div role="status">
      <span className="sr-only">{strings.post.loading(label)}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <PostSkeleton key={index} />
      ))}
    </div>
  );
}

function foldPages(pages: readonly Page<Post>[]) {
  const posts = new Map(pages.flatMap((page) => page.items).map((post) => [post.id, post]));
  return foldFeed([...posts.values()]);
}
