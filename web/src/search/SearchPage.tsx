import { useEffect, useEffectEvent, useRef, useState } from "react";
import { useLocation, useNavigate, useNavigationType, useSearchParams } from "react-router";
import { PageHeader } from "@/app/PageHeader";
import { useLater } from "@/app/use-later";
import { strings } from "@/strings";
import { IconButton } from "@/ui/IconButton";
import { Tabs } from "@/ui/Tabs";
import { FoundPeople, FoundPosts, FoundTags } from "./FoundLists";
import { FilterIcon } from "./icons";
import { readSearch, searchPath, type SearchQuery, type SearchState } from "./paths";
import { useRecentSearches } from "./recent";
import { SearchBox } from "./SearchBox";
import { SearchStart } from "./SearchStart";
import { useFound, type Found } from "./use-found";

const loadFilters = () => import("./Filters");

const words = strings.search;
const ERROR_ID = "search-error";

export function SearchPage() {
  const [params] = useSearchParams();
  const search = readSearch(params);
  const navigate = useNavigate();
  const found = useFound(search);
  const [text, setText] = useText(search.text);
  const [filtering, setFiltering] = useState(false);
  const panel = useLater(loadFilters, { wanted: filtering });
  useOutcome(search.text, found.isSuccess);

  const go = (wanted: Partial<SearchQuery> & { text: string }, state: SearchState) => {
    void navigate(searchPath({ ...search, ...wanted }), { replace: state.insteadOf !== undefined, state: { ...state, typed: true } satisfies SearchState });
  };

  return (
    <>
      <PageHeader
        title={search.text ? words.titleOf(search.text) : words.title}
        back
        action={
          <IconButton
            label={words.filters}
            icon={<FilterIcon />}
            aria-expanded={filtering}
            className="-me-2.5"
            onClick={() => {
              setFiltering(!filtering);
              // The panel stands at the top of the page.
              window.scrollTo({ top: 0 });
            }}
          />
        }
      >
        <SearchBox
          text={text}
          onText={setText}
          onSearch={(wanted) => {
            setText(wanted);
            go({ text: wanted }, { asked: true });
          }}
          errorId={found.refusal === null ? null : ERROR_ID}
          focusOnArrival={search.text === ""}
        />
      </PageHeader>
      <p id={ERROR_ID} role="alert" className={found.refusal === null ? "hidden" : "px-4 pt-3 text-sm text-danger"}>
        {found.refusal}
      </p>
      {filtering && panel && (
        <panel.Filters
          text={text}
          onText={setText}
          onApply={(wanted) => wanted !== search.text && go({ text: wanted, type: "posts" }, { asked: true, insteadOf: search.text })}
        />
      )}
      {search.text === "" || found.refusal !== null ? <SearchStart /> : <Results search={search} found={found} />}
    </>
  );
}

function Results({ search, found }: { search: SearchQuery; found: Found }) {
  const { text, type } = search;
  const tab = (label: string, wanted: SearchQuery["type"]) => ({
    to: searchPath({ text, type: wanted }),
    label,
    current: type === wanted,
  });
  return (
    <>
      <Tabs label={words.tabs} tabs={[tab(words.posts, "posts"), tab(words.people, "users"), tab(words.hashtags, "hashtags")]} />
      {type === "posts" && <FoundPosts key={`${search.sort} ${text}`} search={search} query={found.posts} />}
      {type === "users" && <FoundPeople key={text} text={text} query={found.people} />}
      {type === "hashtags" && <FoundTags text={text} query={found.tags} />}
    </>
  );
}

/** The text in the field: what is typed, also while searches for it are on their way, until another one is opened. */
function useText(searched: string): [string, (text: string) => void] {
  const { key, state } = useLocation();
  const isOwn = useNavigationType() !== "POP" && (state as SearchState | null)?.typed === true;
  const [typed, setTyped] = useState({ key, text: searched });
  if (typed.key !== key) setTyped({ key, text: isOwn ? typed.text : searched });
  return [typed.text, (text) => setTyped((before) => ({ ...before, text }))];
}

/** A search that was understood is remembered, and what it found is read out unless somebody types on. */
function useOutcome(text: string, isSuccess: boolean): void {
  const { add } = useRecentSearches();
  const state = useLocation().state as SearchState | null;
  const before = useRef(text);
  const onSuccess = useEffectEvent(() => {
    if (state?.asked) add(text, state.insteadOf);
    if (before.current === text) return;
    before.current = text;
    const field = document.activeElement;
    const left = field instanceof HTMLInputElement && field.matches("[role=combobox]") && field.value.trim() === text;
    if (left) document.querySelector<HTMLElement>("#main h1")?.focus({ preventScroll: true });
  });
  useEffect(() => {
    if (isSuccess) onSuccess();
  }, [text, isSuccess]);
}
