import { Link, useSearchParams } from "react-router";
import type { Me } from "@/api/types";
import { PageHeader } from "@/app/PageHeader";
import { useMe } from "@/session/context";
import { MembersOnly } from "@/session/SessionGate";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { ArrowUpIcon, CheckAllIcon, SettingsIcon } from "@/ui/icons";
import { FILTERS, filterNamed, type FilterName } from "./filters";
import { NotificationList } from "./NotificationList";
import { useNotifications } from "./use-notifications";
import { useReading } from "./use-reading";
import { useUnread } from "./use-unread";

const words = strings.notifications;

export function NotificationsPage() {
  const me = useMe();
  const [search] = useSearchParams();
  const { name } = filterNamed(search.get("show"));
  return <MembersOnly>{me && <Notifications key={name} me={me} filter={name} />}</MembersOnly>;
}

function Notifications({ me, filter }: { me: Me; filter: FilterName }) {
  const { query, ahead, showAhead } = useNotifications(filter);
  const { markRead, markAllRead } = useReading();
  const onAhead = () => {
    void showAhead();
    window.scrollTo({ top: 0, behavior: "instant" });
    // The pill that had the focus goes away.
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  };
  return (
    <>
      <PageHeader title={words.title} action={<HeaderActions onReadAll={markAllRead} />} />
      {ahead && <AheadPill onClick={onAhead} />}
      <Filters current={filter} />
      <NotificationList me={me} filter={filter} query={query} onRead={markRead} />
    </>
  );
}

function HeaderActions({ onReadAll }: { onReadAll: () => void }) {
  const unread = useUnread();
  return (
    <div className="-me-2.5 flex items-center">
      {unread > 0 && (
        <IconButton
          label={words.markAllRead}
          icon={<CheckAllIcon />}
          text={<span className="text-sm font-semibold max-sm:hidden">{words.markAllRead}</span>}
          onClick={onReadAll}
        />
      )}
      <Link
        to="/settings#notifications"
        aria-label={words.settings}
        title={words.settings}
        className="inline-grid size-11 place-items-center rounded-full transition-colors hover:bg-hover"
      >
        <SettingsIcon />
      </Link>
    </div>
  );
}

/** Pages of their own: links, so that they can be opened, shared and gone back to. */
function Filters({ current }: { current: FilterName }) {
  return (
    <nav aria-label={words.filters} className="flex gap-2 overflow-x-auto border-b border-line px-4 py-2.5 [scrollbar-width:none]">
      {FILTERS.map(({ name }) => (
        <Link
          key={name}
          to={name === "all" ? "/notifications" : `/notifications?show=${name}`}
          replace
          preventScrollReset
          state={{ keepFocus: true }}
          aria-current={name === current ? "page" : undefined}
          className={cx(
            "flex min-h-9 shrink-0 items-center rounded-full border px-3.5 text-sm font-semibold transition-colors pointer-coarse:min-h-11",
            name === current ? "border-accent bg-accent-soft text-ink" : "border-line text-muted hover:bg-hover",
          )}
        >
          {words.filter[name]}
        </Link>
      ))}
    </nav>
  );
}

/** Floats over the list and never moves it. */
function AheadPill({ onClick }: { onClick: () => void }) {
  return (
    <div
      role="status"
      className="pointer-events-none sticky top-[calc(var(--header-height)+env(safe-area-inset-top)+0.5rem)] z-10 flex h-0 justify-center"
    >
      <button
        type="button"
        onClick={onClick}
        className="pointer-events-auto flex h-11 animate-pop items-center gap-2 rounded-full bg-accent ps-4 pe-5 text-sm font-semibold text-on-accent shadow-float hover:bg-accent-hover"
      >
        <ArrowUpIcon width="1.125em" height="1.125em" strokeWidth={2.25} />
        {words.ahead}
      </button>
    </div>
  );
}
