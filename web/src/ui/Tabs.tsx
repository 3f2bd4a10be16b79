import { Link } from "react-router";
import { cx } from "./cx";

export interface TabLink {
  to: string;
  label: string;
  current: boolean;
}

/** Tabs that are pages of their own: links, so that they can be opened, shared and gone back to. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly TabLink[] }) {
  return (
    <nav aria-label={label} className="flex border-b border-line">
      {tabs.map((tab) => (
        <Link
          key={tab.to}
          to={tab.to}
          replace
          preventScrollReset
          state={{ keepFocus: true }}
          aria-current={tab.current ? "page" : undefined}
          className={cx(
            "relative flex min-h-12 flex-1 items-center justify-center px-1 text-sm font-semibold transition-colors hover:bg-hover focus-visible:-outline-offset-2",
            tab.current
              ? "text-ink after:absolute after:bottom-0 after:h-[3px] after:w-12 after:rounded-full after:bg-accent forced-colors:after:bg-[Highlight]"
              : "text-muted",
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
