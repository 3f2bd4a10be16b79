import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useLocation } from "react-router";
import type { Me } from "@/api/types";
import { stepCard } from "@/post/cards";
import type { Place } from "@/post/list-place";
import { placeOf, remember } from "@/post/places";
import { usePlace } from "@/post/use-place";
import { useReturnedFocus } from "@/post/use-returned-focus";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { NearEnd } from "@/ui/NearEnd";
import { ErrorNotice, Notice } from "@/ui/Notice";
import { problemText } from "@/ui/problem-text";
import { PostSkeleton } from "@/ui/Skeleton";
import type { FilterName } from "./filters";
import { NotificationRow } from "./NotificationRow";
import type { MarkRead } from "./sentence";
import type { useNotifications } from "./use-notifications";

const words = strings.notifications;

interface NotificationListProps {
  me: Me;
  filter: FilterName;
  query: ReturnType<typeof useNotifications>["query"];
  onRead: MarkRead;
}

/** The list in all its states. */
export function NotificationList({ me, filter, query, onRead }: NotificationListProps) {
  if (query.isPending) return <Skeletons />;
  if (query.isError && !query.data) {
    return <ErrorNotice title={words.failed} error={query.error} busy={query.isFetching} onRetry={() => void query.refetch()} />;
  }
  const empty = query.data?.pages.every((page) => page.items.length === 0) ?? true;
  if (empty && !query.hasNextPage) {
    return filter === "unread" ? (
      <Notice title={words.emptyUnreadTitle}>{words.emptyUnreadText}</Notice>
    ) : (
      <Notice title={words.emptyTitle}>{words.emptyText}</Notice>
    );
  }
  return <Rows me={me} query={query} onRead={onRead} />;
}

function Rows({ me, query, onRead }: Omit<NotificationListProps, "filter">) {
  const { key } = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const [opening] = useState(() => placeOf(key));
  const onMove = useCallback((place: Place) => remember(key, { place }), [key]);
  const items = useMemo(() => {
    const pages = query.data?.pages ?? [];
    // What was renewed while the next page was loaded is in both.
    return [...new Map(pages.flatMap((page) => page.items).map((item) => [item.id, item])).values()];
  }, [query.data]);
  const cards = useMemo(() => items.map((item) => item.id), [items]);
  usePlace({ list, opening, cards, onMove });
  useReturnedFocus(list);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : null;
    if (step !== null && stepCard(step)) event.preventDefault();
  };
  return (
    <>
      {/* The keys are those of the feed pattern; the articles inside take the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div ref={list} role="feed" aria-label={words.label} aria-busy={query.isFetchingNextPage} onKeyDown={onKeyDown}>
        {items.map((item, index) => (
          <NotificationRow
            key={item.id}
            item={item}
            me={me}
            onRead={onRead}
            position={index + 1}
            setSize={query.hasNextPage ? -1 : items.length}
          />
        ))}
      </div>
      <End query={query} />
    </>
  );
}

function End({ query }: Pick<NotificationListProps, "query">) {
  if (query.isFetchNextPageError) {
    return (
      <div role="alert" className="flex flex-col items-center gap-3 px-4 py-8 text-center text-sm text-muted">
        <p>{problemText(query.error)}</p>
        <Button size="sm" onClick={() => void query.fetchNextPage()}>
          {strings.ui.retry}
        </Button>
      </div>
    );
  }
  if (!query.hasNextPage) return <p className="px-4 py-10 text-center text-sm text-muted">{words.end}</p>;
  return (
    <NearEnd onNear={() => query.fetchNextPage()} busy={query.isFetchingNextPage}>
      <PostSkeleton />
    </NearEnd>
  );
}

function Skeletons() {
  return (
    <div role="status">
      <span className="sr-only">{words.loading}</span>
      {Array.from({ length: 6 }, (_, index) => (
        <PostSkeleton key={index} />
      ))}
    </div>
  );
}
