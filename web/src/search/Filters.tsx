import { useEffect, useId, useRef, type ReactNode } from "react";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { hasFilters, readFilters, withoutFilters, writeFilter, type Filters as FilterValues } from "./language";
import { languageChoices } from "./languages";

const words = strings.search;
/** Long enough to finish a name or a year. */
const PAUSE_MS = 700;
const FIELD =
  "min-h-11 w-full rounded-control border border-line-strong bg-canvas px-3 py-2 text-sm text-ink placeholder:text-muted hover:border-muted";

interface FiltersProps {
  /** The text of the search: all that the filters know is in it. */
  text: string;
  onText: (text: string) => void;
  onApply: (text: string) => void;
}

/** Writes the query language for those who do not know it, where they can see it. */
export function Filters({ text, onText, onApply }: FiltersProps) {
  const { from, media, links, since, until, lang } = readFilters(text);
  const applyLater = useDebounced(onApply);
  const apply = (next: string, pause: number) => {
    onText(next);
    applyLater(next, pause);
  };
  const set = <Name extends keyof FilterValues>(name: Name, value: FilterValues[Name], pause = PAUSE_MS) =>
    apply(writeFilter(text, name, value), pause);

  return (
    <form
      aria-label={words.filters}
      className="animate-fade border-b border-line bg-surface px-4 py-4"
      onSubmit={(event) => {
        event.preventDefault();
        applyLater(text, 0);
      }}
    >
      <div className="grid max-w-md grid-cols-[repeat(auto-fit,minmax(min(100%,9.75rem),1fr))] gap-x-4 gap-y-3">
        <Labelled label={words.from}>
          {(id) => (
            <input
              id={id}
              value={from}
              placeholder={words.fromPlaceholder}
              maxLength={30}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => set("from", event.target.value.replace(/[^A-Za-z0-9_]/g, ""))}
              className={FIELD}
            />
          )}
        </Labelled>
        <Labelled label={words.lang}>
          {(id) => (
            <select id={id} value={lang} onChange={(event) => set("lang", event.target.value, 0)} className={FIELD}>
              <option value="">{words.anyLang}</option>
              {languageChoices(lang).map(({ code, name }) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Labelled>
        <Day label={words.since} value={since} onChange={(value) => set("since", value)} />
        <Day label={words.until} value={until} onChange={(value) => set("until", value)} />
      </div>
      <fieldset className="mt-3 flex flex-wrap gap-2">
        <legend className="mb-1 text-sm font-semibold">{words.with}</legend>
        <Choice label={words.media} on={media} onChange={(on) => set("media", on, 0)} />
        <Choice label={words.links} on={links} onChange={(on) => set("links", on, 0)} />
      </fieldset>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-2">
        <p className="min-w-40 flex-1 text-xs text-muted">
          {words.filtersText} {hasFilters(text) && <bdi className="font-semibold text-ink">{text}</bdi>}
        </p>
        {hasFilters(text) && (
          <Button size="sm" variant="quiet" onClick={() => apply(withoutFilters(text), 0)}>
            {words.clearFilters}
          </Button>
        )}
      </div>
    </form>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-sm font-semibold">
        {label}
      </label>
      {children(id)}
    </div>
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Labelled label={label}>
      {(id) => <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} className={FIELD} />}
    </Labelled>
  );
}

function Choice({ label, on, onChange }: { label: string; on: boolean; onChange: (on: boolean) => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={() => onChange(!on)}
      className={cx(
        "min-h-9 rounded-full border px-4 text-sm font-semibold pointer-coarse:min-h-11",
        on ? "border-accent bg-accent-soft text-accent" : "border-line-strong bg-canvas text-ink hover:bg-hover",
      )}
    >
      {label}
    </button>
  );
}

/** Calls with the last of several values, once no other has come for a while. */
function useDebounced(call: (value: string) => void): (value: string, pause: number) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(call);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return (value, pause) => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => latest.current(value.trim()), pause);
  };
}
