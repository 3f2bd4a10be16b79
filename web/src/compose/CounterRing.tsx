import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { MAX_GRAPHEMES } from "./graphemes";

const RADIUS = 10;
const LENGTH = 2 * Math.PI * RADIUS;
const CLOSE = 20;

/** How much of the room is used; it starts to count aloud when little is left. */
export function CounterRing({ count, remaining }: { count: number; remaining: number }) {
  const used = Math.min(1, count / MAX_GRAPHEMES);
  const close = remaining <= CLOSE;
  const tone = remaining < 0 ? "text-danger" : "text-accent";
  return (
    <div className="flex items-center gap-1.5">
      {close && (
        <span aria-hidden="true" className={cx("text-sm tabular-nums", remaining < 0 ? "font-semibold text-danger" : "text-muted")}>
          {remaining}
        </span>
      )}
      <svg viewBox="0 0 24 24" className={cx("size-6 -rotate-90", tone)} aria-hidden="true">
        <circle cx="12" cy="12" r={RADIUS} fill="none" stroke="var(--line)" strokeWidth="2.5" />
        <circle
          cx="12"
          cy="12"
          r={RADIUS}
          fill="none"
          stroke="currentColor"
          strokeWidth="2.5"
          strokeLinecap="round"
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - used)}
          opacity={count === 0 ? 0 : 1}
        />
      </svg>
      <span role="status" className="sr-only">
        {spokenCount(remaining)}
      </span>
    </div>
  );
}

/** Said only where it matters, not with every letter. */
function spokenCount(remaining: number): string {
  if (remaining < 0) return strings.compose.tooLong(-remaining);
  return remaining <= CLOSE && remaining % 10 === 0 ? strings.compose.remaining(remaining) : "";
}
