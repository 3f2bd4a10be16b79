import { useCallback, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";
import type { Thread } from "@/api/types";
import { InlineComposer } from "@/compose/InlineComposer";
import { Pending } from "@/compose/Pending";
import { PostCard } from "@/post/PostCard";
import { placeOf, remember } from "@/post/places";
import type { Place } from "@/post/list-place";
import { usePlace } from "@/post/use-place";
import { useReturnedFocus } from "@/post/use-returned-focus";
import { strings } from "@/strings";
import { PostSkeleton } from "@/ui/Skeleton";
import { FocusPost } from "./FocusPost";
import { Gap } from "./Gap";
import { MoreReplies } from "./MoreReplies";
import { ReplyRow } from "./ReplyRow";
import { buildTree, visibleRows } from "./tree";
import { useCollapsed } from "./use-collapsed";
import type { useThread } from "./use-thread";

interface ConversationProps {
  id: string;
  query: ReturnType<typeof useThread>;
  pages: readonly Thread[];
}

/** What led here above, the post in focus, and its answers as a tree. The post in focus holds its place while the rest comes in. */
export function Conversation({ id, query, pages }: ConversationProps) {
  const { key } = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const [opening] = useState<Place>(() => placeOf(key) ?? { card: id, offset: 0 });
  const onMove = useCallback((place: Place) => remember(key, { place }), [key]);
  const { collapsed, toggle } = useCollapsed(key);

  const first = pages[0];
  const ancestors = useMemo(() => first?.ancestors ?? [], [first]);
  const rows = useMemo(
    () => visibleRows(buildTree(pages.flatMap((page) => page.replies.items), id), collapsed),
    [pages, id, collapsed],
  );
  const cards = useMemo(
    () => [...ancestors.map((item) => item.id), id, ...rows.map((row) => row.node.id)],
    [ancestors, id, rows],
  );
  usePlace({ list, opening, cards, onMove });
  useReturnedFocus(list);
  const ids = useMemo(() => new Set(cards), [cards]);
  if (!first) return null;

  const words = strings.thread;
  return (
    <div ref={list} className="[--thread-step:22px] md:[--thread-step:28px]">
      {ancestors.length > 0 && (
        <section aria-label={words.ancestors}>
          {ancestors.map((item) =>
            item.deleted ? (
              <Gap key={item.id} linked />
            ) : (
              <PostCard
                key={item.id}
                name={item.id}
                post={item}
                showReplyTo={false}
                rail={<span className="mt-1 -mb-3.5 w-px flex-1 bg-line-strong/50" />}
                className="pt-3.5"
              />
            ),
          )}
        </section>
      )}
      <div className={ancestors.length > 0 ? "min-h-[calc(100dvh-var(--header-height))]" : undefined}>
        <FocusPost post={first.post} name={id} answered={ancestors.length > 0} />
        <div className="border-b border-line">
          <InlineComposer target={{ kind: "reply", id }} />
        </div>
        <Pending only={({ context }) => context.kind === "reply" && ids.has(context.id)} />
        <section aria-label={words.replies} aria-busy={query.isFetching}>
          {rows.map((row) => (
            <ReplyRow key={row.node.id} row={row} onToggle={toggle} />
          ))}
          {query.isPlaceholderData && [1, 2, 3].map((n) => <PostSkeleton key={n} />)}
          {rows.length === 0 && !query.isPlaceholderData && (
            <p className="px-4 py-10 text-center text-sm text-muted">{words.noReplies}</p>
          )}
          {query.hasNextPage && <MoreReplies query={query} />}
        </section>
      </div>
    </div>
  );
}
