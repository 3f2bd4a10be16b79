import { useState } from "react";
import { strings } from "@/strings";
import { ArrowUpIcon, DeviceIcon } from "@/ui/icons";

interface PillsProps {
  unread: { count: number; more: boolean };
  onTop: () => void;
  /** Another device went on reading; null when none did. */
  onElsewhere: (() => void) | null;
}

const PILL =
  "pointer-events-auto flex min-h-11 animate-pop items-center gap-2 rounded-full ps-4 pe-5 text-sm font-semibold shadow-float";

/** Floats over the list and never moves it: newer posts above, or a later place on another device. */
export function NewPostsPill({ unread, onTop, onElsewhere }: PillsProps) {
  const { count, more } = unread;
  return (
    <div className="pointer-events-none sticky top-[calc(var(--header-height)+env(safe-area-inset-top)+0.5rem)] z-10 h-0">
      <div className="flex flex-wrap justify-center gap-2">
        {count > 0 && (
          <button type="button" onClick={onTop} className={`${PILL} bg-accent text-on-accent hover:bg-accent-hover`}>
            <ArrowUpIcon width="1.125em" height="1.125em" strokeWidth={2.25} />
            {strings.home.newPosts(count, more)}
          </button>
        )}
        {onElsewhere && (
          <button type="button" onClick={onElsewhere} className={`${PILL} bg-float text-ink hover:bg-hover`}>
            <DeviceIcon width="1.125em" height="1.125em" />
            {strings.home.elsewhere}
          </button>
        )}
      </div>
      <Announcement count={count} more={more} />
    </div>
  );
}

/** Says that more has come; that the reader gets through it needs no word. */
function Announcement({ count, more }: PillsProps["unread"]) {
  const [known, setKnown] = useState(0);
  const [said, setSaid] = useState("");
  if (count !== known) {
    setKnown(count);
    setSaid(count > known ? strings.home.newPosts(count, more) : "");
  }
  return (
    <p role="status" className="sr-only">
      {said}
    </p>
  );
}
