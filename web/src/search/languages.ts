/** Languages that the server can tell, by their codes of ISO 639-1. */
const CODES =
  "af am ar az be bg bn ca cs cy da de el en eo es et fa fi fr gu he hi hr hu hy id it ja ka km kn ko la lt lv mk ml mr my ne nl no or pa pl pt ro ru si sk sl sn sr sv ta te th tk tl tr uk ur uz vi yi zh zu";

export interface LanguageChoice {
  code: string;
  name: string;
}

/** Languages by their names, in their order; `also` is one that somebody wrote by hand. */
export function languageChoices(also: string): LanguageChoice[] {
  const names = new Intl.DisplayNames("en", { type: "language", fallback: "code" });
  const codes = new Set([...CODES.split(" "), ...(/^[a-z]{2}$/.test(also) ? [also] : [])]);
  return [...codes]
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}
