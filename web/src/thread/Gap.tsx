import { strings } from "@/strings";
import { cx } from "@/ui/cx";

interface GapProps {
  /** Does a guide lead on below it? */
  linked?: boolean;
  small?: boolean;
}

/** The place of a post that is gone or cannot be shown: what answers it stays understandable. */
export function Gap({ linked = false, small = false }: GapProps) {
  return (
    <div className="flex gap-3 px-4 pt-3.5">
      <div className={cx("flex shrink-0 flex-col items-center", small ? "w-8" : "w-11")}>
        <span className="size-3 rounded-full border border-line-strong/50" />
        {linked && <span className="mt-1 -mb-3.5 w-px flex-1 bg-line-strong/50" />}
      </div>
      <p className="-mt-1 pb-4 text-sm text-muted">{strings.thread.goneHere}</p>
    </div>
  );
}
