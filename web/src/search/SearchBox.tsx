import { useId, useRef, useState, type KeyboardEvent } from "react";
import { useNavigate } from "react-router";
import { hashtagPath, profilePath } from "@/post/paths";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { IconButton } from "@/ui/IconButton";
import { CloseIcon, SearchIcon } from "@/ui/icons";
import { optionsFor, optionId, type SearchOption } from "./options";
import { useRecentSearches } from "./recent";
import { SuggestionList } from "./SuggestionList";
import { useSuggestions } from "./use-suggestions";

const words = strings.search;

interface SearchBoxProps {
  text: string;
  onText: (text: string) => void;
  onSearch: (text: string) => void;
  /** Where it is said what is wrong with the text; null when nothing is. */
  errorId?: string | null;
  /** Whoever comes to the page finds the focus here. */
  focusOnArrival?: boolean;
}

/** The field of a search with its suggestions, after the ARIA pattern of the combobox. */
export function SearchBox({ text, onText, onSearch, errorId = null, focusOnArrival = false }: SearchBoxProps) {
  const navigate = useNavigate();
  const listId = useId();
  const field = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const { searches } = useRecentSearches();
  const suggestions = useSuggestions(text, open);
  const options = open ? optionsFor(text, searches, suggestions) : [];
  const shown = options.length > 0;
  const chosen = options[active];

  const close = () => {
    setOpen(false);
    setActive(-1);
  };
  const type = (next: string) => {
    onText(next);
    setOpen(true);
    setActive(-1);
  };
  const search = (wanted: string) => {
    close();
    if (wanted.trim()) onSearch(wanted.trim());
  };
  const choose = (option: SearchOption) => {
    const { complete } = suggestions;
    if (option.kind === "search" || option.kind === "recent") return search(option.text);
    const name = option.kind === "person" ? option.user.username : option.tag.tag;
    if (complete) {
      type(complete(name));
      field.current?.focus();
      return;
    }
    close();
    onText("");
    void navigate(option.kind === "person" ? profilePath(option.user) : hashtagPath(name));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setOpen(true);
      // One more place than there are options: the field itself.
      const places = options.length + 1;
      if (shown) setActive(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      choose(chosen);
    } else if (event.key === "Escape" && (shown || text)) {
      event.preventDefault();
      if (!shown) onText("");
      close();
    }
  };

  return (
    <form
      role="search"
      className="relative w-full"
      onSubmit={(event) => {
        event.preventDefault();
        search(text);
      }}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <SearchIcon width="1.25rem" height="1.25rem" className="pointer-events-none absolute start-3.5 top-1/2 -translate-y-1/2 text-muted" />
      <input
        ref={field}
        type="text"
        name="q"
        role="combobox"
        aria-label={words.label}
        aria-autocomplete="list"
        aria-expanded={shown}
        aria-controls={shown ? listId : undefined}
        aria-activedescendant={chosen && optionId(listId, active)}
        aria-invalid={errorId ? true : undefined}
        aria-describedby={errorId ?? undefined}
        placeholder={words.placeholder}
        enterKeyHint="search"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        maxLength={500}
        dir="auto"
        data-focus-on-arrival={focusOnArrival || undefined}
        value={text}
        onChange={(event) => type(event.target.value)}
        onFocus={() => setOpen(true)}
        onKeyDown={onKeyDown}
        className={cx(
          "min-h-11 w-full rounded-full border bg-surface py-2 ps-11 pe-11 text-base text-ink placeholder:text-muted",
          errorId ? "border-danger" : "border-line hover:border-line-strong",
        )}
      />
      {text !== "" && (
        <IconButton
          label={words.clear}
          icon={<CloseIcon width="1.125rem" height="1.125rem" />}
          className="absolute end-0 top-1/2 -translate-y-1/2 text-muted"
          onClick={() => {
            type("");
            field.current?.focus();
          }}
        />
      )}
      {shown && <SuggestionList id={listId} options={options} active={active} onChoose={choose} />}
      <p role="status" className="sr-only">
        {shown && words.suggestionCount(options.length)}
      </p>
    </form>
  );
}
