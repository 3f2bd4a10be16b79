import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { problemText } from "@/ui/problem-text";
import type { useThread } from "./use-thread";

/** Asks for the next replies when the reader does. */
export function MoreReplies({ query }: { query: ReturnType<typeof useThread> }) {
  return (
    <div className="flex flex-col items-center gap-3 border-t border-line px-4 py-6">
      {query.isFetchNextPageError && (
        <p role="alert" className="text-sm text-muted">
          {problemText(query.error)}
        </p>
      )}
      <Button size="sm" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
        {query.isFetchNextPageError ? strings.ui.retry : strings.thread.moreReplies}
      </Button>
    </div>
  );
}
