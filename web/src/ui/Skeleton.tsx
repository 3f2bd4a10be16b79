import { cx } from "./cx";

/** A grey place holder of the size of what comes; the list around it says that it is busy. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx("block max-w-full animate-breathe rounded-control bg-hover", className)} />;
}

export function PersonSkeleton() {
  return (
    <div className="flex gap-3 px-4 py-3" aria-hidden="true">
      <Skeleton className="size-11 rounded-full" />
      <div className="min-w-0 flex-1 space-y-2 pt-1">
        <Skeleton className="h-4 w-40" />
        <Skeleton className="h-4 w-24" />
      </div>
    </div>
  );
}

export function PostSkeleton() {
  return (
    <div className="flex gap-3 border-b border-line px-4 py-4" aria-hidden="true">
      <Skeleton className="size-11 rounded-full" />
      <div className="min-w-0 flex-1 space-y-2 pt-1">
        <Skeleton className="h-4 w-48" />
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-3/5" />
      </div>
    </div>
  );
}
