export type Theme = "system" | "light" | "dark";

const KEY = "chirrup.theme";

export function savedTheme(): Theme {
  const saved = localStorage.getItem(KEY);
  return saved === "light" || saved === "dark" ? saved : "system";
}

export function applyTheme(theme: Theme): void {
  const { documentElement: root } = document;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
  paintBrowserChrome();
}

export function saveTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  applyTheme(theme);
}

/** Gives the browser's own bars the colour of the page, whatever the device prefers. */
function paintBrowserChrome(): void {
  const canvas = getComputedStyle(document.documentElement).backgroundColor;
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    meta.dataset["own"] ??= meta.content;
    meta.content = "theme" in document.documentElement.dataset ? canvas : meta.dataset["own"];
  }
}
