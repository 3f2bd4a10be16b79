import { BellIcon, type IconProps } from "@/ui/icons";
import { useUnread } from "./use-unread";

const MOST = 99;

/** The bell, and on it how much there is to read; whoever cannot see it hears it from the link's name. */
export function BellWithCount(props: IconProps) {
  const unread = useUnread();
  return (
    <span className="relative grid place-items-center" aria-hidden="true">
      <BellIcon {...props} />
      {/* Painted, not written: the link's name says it in words. */}
      {unread > 0 && (
        <span
          data-count={unread > MOST ? `${MOST}+` : unread}
          className="absolute -top-1.5 start-1/2 grid h-4.5 w-max min-w-4.5 animate-pop place-items-center rounded-full bg-accent px-1 text-[0.6875rem] leading-none font-bold text-on-accent tabular-nums ring-2 ring-canvas after:content-[attr(data-count)] forced-colors:bg-[Highlight] forced-colors:text-[HighlightText]"
        />
      )}
    </span>
  );
}
