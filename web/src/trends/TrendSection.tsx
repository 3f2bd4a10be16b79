import { useState } from "react";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Skeleton } from "@/ui/Skeleton";
import { useIsWide } from "@/ui/use-is-wide";
import { TrendRow } from "./TrendRow";
import { useTrends } from "./use-trends";

const words = strings.trends;
const FIRST = 3;

/** What trends, within a page; wide screens have it beside the page. */
export function TrendSection() {
  return useIsWide() ? null : <NarrowSection />;
}

function NarrowSection() {
  const [all, setAll] = useState(false);
  const trends = useTrends();
  const items = trends.data?.items ?? [];
  if (!trends.isPending && !trends.isError && items.length === 0) return null;
  return (
    <section aria-labelledby="trends" aria-busy={trends.isPending} className="border-b border-line pt-4 pb-2">
      <h2 id="trends" className="px-4 pb-1 text-sm font-semibold text-muted">
        {words.titleHere}
      </h2>
      {trends.isPending ? (
        <TrendSkeletons className="px-4" />
      ) : trends.isError && items.length === 0 ? (
        <TrendsFailed busy={trends.isFetching} onRetry={() => void trends.refetch()} />
      ) : (
        <ul role="list">
          {(all ? items : items.slice(0, FIRST)).map((trend) => (
            <TrendRow key={trend.url ?? trend.name} trend={trend} quoting className="px-4 py-2.5" />
          ))}
        </ul>
      )}
      {!all && items.length > FIRST && (
        <Button size="sm" variant="quiet" onClick={() => setAll(true)}>
          {words.more}
        </Button>
      )}
    </section>
  );
}

export function TrendSkeletons({ className }: { className?: string }) {
  return (
    <div role="status" className={className}>
      <span className="sr-only">{words.loading}</span>
      {[1, 2, 3].map((row) => (
        <div key={row} className="space-y-2 py-2.5">
          <Skeleton className="h-4 w-32" />
          <Skeleton className="h-3.5 w-44" />
        </div>
      ))}
    </div>
  );
}

export function TrendsFailed({ busy, onRetry }: { busy: boolean; onRetry: () => void }) {
  return (
    <div className="px-4 py-2 text-sm text-muted">
      <p>{words.failed}</p>
      <Button size="sm" variant="quiet" className="-ms-4" busy={busy} onClick={onRetry}>
        {strings.ui.retry}
      </Button>
    </div>
  );
}
