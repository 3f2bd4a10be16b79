import { useRef } from "react";
import { Link } from "react-router";
import { strings } from "@/strings";
import { TrendSection } from "@/trends/TrendSection";
import { Button } from "@/ui/Button";
import { IconButton } from "@/ui/IconButton";
import { CloseIcon } from "@/ui/icons";
import { useToast } from "@/ui/toast-context";
import { ClockIcon } from "./icons";
import { searchPath, type SearchState } from "./paths";
import { useRecentSearches } from "./recent";

const words = strings.search;
const ASKED: SearchState = { asked: true };

/** Before anything is searched for: what was lately, what is talked about, and what can be asked. */
export function SearchStart() {
  return (
    <>
      <RecentSearches />
      <TrendSection />
      <Help />
    </>
  );
}

function RecentSearches() {
  const { searches, remove, clear, restore } = useRecentSearches();
  const toast = useToast();
  const list = useRef<HTMLUListElement>(null);
  if (searches.length === 0) return null;

  const removeAt = (index: number) => {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    remove(searches[index] ?? "");
    // The focus would be lost with the row.
    (buttons[index + 1] ?? buttons[index - 1] ?? focusable("#main [role=search] input"))?.focus();
  };
  const clearAll = () => {
    clear();
    focusable("#main [role=search] input")?.focus();
    toast({ message: words.recentCleared, action: { label: words.undo, onAct: () => restore(searches) } });
  };

  return (
    <section aria-labelledby="recent" className="border-b border-line pt-3 pb-2">
      <div className="flex flex-wrap items-center justify-between gap-x-3 px-4">
        <h2 id="recent" className="text-sm font-semibold text-muted">
          {words.recent}
        </h2>
        <Button size="sm" variant="quiet" className="-me-4" onClick={clearAll}>
          {words.clearRecent}
        </Button>
      </div>
      <ul ref={list} role="list">
        {searches.map((text, index) => (
          <li key={text} className="flex items-center pe-1.5 hover:bg-hover/60">
            <Link
              to={searchPath({ text })}
              state={ASKED}
              className="flex min-h-12 min-w-0 flex-1 items-center gap-3 ps-4 focus-visible:-outline-offset-2"
            >
              <ClockIcon className="shrink-0 text-muted" />
              <bdi className="truncate">{text}</bdi>
            </Link>
            <IconButton
              label={words.removeRecent(text)}
              icon={<CloseIcon width="1.125rem" height="1.125rem" />}
              className="text-muted"
              onClick={() => removeAt(index)}
            />
          </li>
        ))}
      </ul>
      <p className="px-4 pt-1 pb-2 text-xs text-muted">{words.recentText}</p>
    </section>
  );
}

function focusable(selector: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(selector);
}

function Help() {
  return (
    <section aria-labelledby="search-help" className="px-4 pt-5 pb-8">
      <h2 id="search-help" className="pb-2 text-sm font-semibold text-muted">
        {words.help}
      </h2>
      <dl className="text-sm">
        {words.helpRows.map(([term, meaning]) => (
          <div key={term} className="flex flex-wrap gap-x-4 border-b border-line py-2.5 last:border-0">
            <dt className="w-44 max-w-full font-semibold">{term}</dt>
            <dd className="min-w-40 flex-1 text-muted">{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
