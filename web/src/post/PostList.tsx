import { useEffect, useImperativeHandle, useMemo, useRef, type KeyboardEvent, type Ref } from "react";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { problemText } from "@/ui/problem-text";
import { PostSkeleton } from "@/ui/Skeleton";
import { stepCard } from "./cards";
import type { PostEntry } from "./entry";
import type { Place } from "./list-place";
import { PostCard } from "./PostCard";
import { usePlace } from "./use-place";
import { useReturnedFocus } from "./use-returned-focus";

export interface ListEnd {
  hasMore: boolean;
  loading: boolean;
  /** Why the last try failed, or null. */
  error: unknown;
  onMore: () => void;
}

export interface PostListHandle {
  /** Call right before the list changes by itself: what is read stays where it is. */
  hold: () => void;
}

interface PostListProps {
  label: string;
  entries: readonly PostEntry[];
  below: ListEnd;
  /** More lies above only where reading began in the middle. */
  above?: ListEnd;
  opening: Place | null;
  onMove: (place: Place) => void;
  /** What stands at the end of a list that is all there. */
  endText?: string;
  ref?: Ref<PostListHandle>;
}

/** A feed of posts after the ARIA pattern: articles with their position, Page Up and Page Down between them. */
export function PostList({ label, entries, below, above, opening, onMove, endText, ref }: PostListProps) {
  const list = useRef<HTMLDivElement>(null);
  const cards = useMemo(() => entries.map((entry) => entry.key), [entries]);
  const place = usePlace({ list, opening, cards, onMove });
  useReturnedFocus(list);
  useImperativeHandle(ref, () => ({ hold: () => place.hold() }), [place]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : null;
    if (step !== null && stepCard(step)) event.preventDefault();
  };
  const setSize = below.hasMore || above?.hasMore ? -1 : entries.length;

  return (
    <>
      {above?.hasMore && <Edge end={above} />}
      {/* The keys are those of the feed pattern; the articles inside take the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div ref={list} role="feed" aria-label={label} aria-busy={below.loading || above?.loading || false} onKeyDown={onKeyDown}>
        {entries.map((entry, index) => (
          <PostCard
            key={entry.key}
            name={entry.key}
            post={entry.post}
            retweeters={entry.retweeters}
            position={index + 1}
            setSize={setSize}
            className="border-b border-line pt-3.5 pb-1.5"
          />
        ))}
      </div>
      {below.hasMore ? <Edge end={below} /> : endText && <p className="px-4 py-10 text-center text-sm text-muted">{endText}</p>}
    </>
  );
}

/** Loads more before the reader gets there; after a failure only when asked. */
function Edge({ end: { loading, error, onMore } }: { end: ListEnd }) {
  const marker = useRef<HTMLDivElement>(null);
  const failed = error !== null;

  useEffect(() => {
    const element = marker.current;
    if (!element || loading || failed) return;
    const near = new IntersectionObserver(([entry]) => entry?.isIntersecting && onMore(), { rootMargin: "1200px 0px" });
    near.observe(element);
    return () => near.disconnect();
  }, [loading, failed, onMore]);

  return (
    <div ref={marker}>
      {failed ? (
        <div role="alert" className="flex flex-col items-center gap-3 px-4 py-8 text-center text-sm text-muted">
          <p>{problemText(error)}</p>
          <Button size="sm" onClick={onMore}>
            {strings.ui.retry}
          </Button>
        </div>
      ) : (
        <PostSkeleton />
      )}
    </div>
  );
}
