import { strings } from "@/strings";
import { TrendRow } from "./TrendRow";
import { TrendSkeletons, TrendsFailed } from "./TrendSection";
import { useTrends } from "./use-trends";

const SHOWN = 6;

/** What trends, beside the page. */
export function TrendsPanel() {
  const trends = useTrends();
  const items = trends.data?.items.slice(0, SHOWN) ?? [];
  if (!trends.isPending && !trends.isError && items.length === 0) return null;
  return (
    <section aria-labelledby="trends-beside" aria-busy={trends.isPending} className="mt-4 overflow-hidden rounded-card bg-surface py-4">
      <h2 id="trends-beside" className="px-5 pb-1.5 text-base font-bold">
        {strings.trends.title}
      </h2>
      {trends.isPending ? (
        <TrendSkeletons className="px-5" />
      ) : trends.isError && items.length === 0 ? (
        <TrendsFailed busy={trends.isFetching} onRetry={() => void trends.refetch()} />
      ) : (
        <ul role="list">
          {items.map((trend) => (
            <TrendRow key={trend.url ?? trend.name} trend={trend} className="px-5 py-2" />
          ))}
        </ul>
      )}
    </section>
  );
}
