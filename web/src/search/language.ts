/** What the panel of filters can say in the query language; what is not asked for is empty. */
export interface Filters {
  from: string;
  media: boolean;
  links: boolean;
  since: string;
  until: string;
  lang: string;
}

interface Term {
  raw: string;
  start: number;
  /** In lower case; empty for words, phrases and hashtags. */
  operator: string;
  value: string;
  negated: boolean;
}

const ITEM =
  /\s*((-)?(?:["“”„«»][^"“”„«»]*["“”„«»]?|[#＃][^\s"“”„«»]*|(from|to|has|lang|since|until):([^\s"“”„«»]*)|[^\s"“”„«»]+))/giy;
const ONCE: readonly string[] = ["from", "since", "until", "lang"];

/** Cuts a query into its terms, in the way the server does. */
function termsOf(text: string): Term[] {
  return [...text.matchAll(ITEM)].map((match) => {
    const [whole, raw = "", minus, operator = "", value = ""] = match;
    return { raw, start: match.index + whole.length - raw.length, operator: operator.toLowerCase(), value, negated: minus === "-" };
  });
}

export function readFilters(text: string): Filters {
  const terms = termsOf(text).filter(({ negated }) => !negated);
  const valueOf = (operator: string) => terms.find((term) => term.operator === operator)?.value ?? "";
  const has = (what: string) => terms.some((term) => isHas(term, what));
  return {
    from: valueOf("from").replace(/^@/, ""),
    media: has("media"),
    links: has("links"),
    since: valueOf("since"),
    until: valueOf("until"),
    lang: valueOf("lang").toLowerCase(),
  };
}

/** The query with one filter changed: where it stands already, or else at the end. */
export function writeFilter<Name extends keyof Filters>(text: string, name: Name, value: Filters[Name]): string {
  const isIt = (term: Term) => !term.negated && (ONCE.includes(name) ? term.operator === name : isHas(term, name));
  const written = typeof value === "boolean" ? value && `has:${name}` : value !== "" && `${name}:${value}`;
  const terms = termsOf(text);
  const place = terms.findIndex(isIt);
  const kept: (string | false)[] = terms.map((term, index) => (index === place ? written : !isIt(term) && term.raw));
  return (place < 0 ? [...kept, written] : kept).filter(Boolean).join(" ");
}

/** The words, phrases and hashtags of a query alone. */
export function withoutFilters(text: string): string {
  return termsOf(text)
    .filter((term) => term.operator === "" && !term.negated)
    .map(({ raw }) => raw)
    .join(" ");
}

export function hasFilters(text: string): boolean {
  return withoutFilters(text) !== text.trim().replace(/\s+/g, " ");
}

function isHas(term: Term, what: string): boolean {
  return term.operator === "has" && term.value.toLowerCase() === what;
}

/** What could be suggested for a text that is being typed. */
export interface Intent {
  /** How names of people begin; null to suggest none. */
  people: string | null;
  /** How hashtags begin, without their sign. */
  tags: string | null;
  /** The text before the term that a suggestion completes; null when a suggestion leads there itself. */
  before: string | null;
}

const TAG = /^[\p{L}\p{M}\p{N}_]+$/u;
const NOTHING: Intent = { people: null, tags: null, before: null };

export function intentOf(text: string): Intent {
  const terms = termsOf(text);
  const last = /\s$/.test(text) ? undefined : terms.at(-1);
  if (terms.length === 0) return NOTHING;
  if (last && (last.operator === "from" || last.operator === "to")) {
    const name = last.value.replace(/^@/, "");
    const before = text.slice(0, last.start) + (last.negated ? "-" : "") + `${last.operator}:`;
    return name ? { people: name, tags: null, before } : NOTHING;
  }
  if (last && /^[#＃]/.test(last.raw)) {
    const tag = last.raw.slice(1);
    return TAG.test(tag) ? { people: null, tags: tag, before: terms.length > 1 ? `${text.slice(0, last.start)}#` : null } : NOTHING;
  }
  if (hasFilters(text) || /["“”„«»]/.test(text)) return NOTHING;
  const words = text.trim();
  if (words.startsWith("@")) return { people: words.slice(1) || null, tags: null, before: null };
  return { people: words, tags: TAG.test(words) ? words : null, before: null };
}
