import { useEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";

interface FocusLocation {
  key: string;
  pathname: string;
  state: { keepFocus?: boolean } | null;
}

/**
 * After a step forward the focus goes to the new page's heading, so that it is read out and Tab goes on from there;
 * going back, it returns to where it was. Links that only switch a part of a page keep theirs.
 */
export function useFocusOnNavigation(): void {
  const { key, pathname, state } = useLocation() as FocusLocation;
  const how = useNavigationType();
  const before = useRef(pathname);
  const places = useRef(new Map<string, string>());

  useEffect(() => {
    const remember = ({ target }: FocusEvent) => {
      const selector = target instanceof Element ? selectorOf(target) : null;
      if (selector !== null) places.current.set(key, selector);
    };
    document.addEventListener("focusin", remember);
    return () => document.removeEventListener("focusin", remember);
  }, [key]);

  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if (state?.keepFocus && how !== "POP") return;
    // A dialog that was opened while the page was on its way has the focus by right.
    if (document.activeElement?.closest("dialog[open]")) return;
    const main = document.getElementById("main");
    if (how === "POP" && main?.contains(document.activeElement) && document.activeElement !== main) return;
    const selector = how === "POP" ? places.current.get(key) : undefined;
    const place = selector === undefined ? null : main?.querySelector<HTMLElement>(selector);
    const arrival = main?.querySelector<HTMLElement>("[data-focus-on-arrival]");
    const target = place ?? arrival ?? main?.querySelector<HTMLElement>("h1[tabindex]") ?? main;
    target?.focus({ preventScroll: true });
  }, [key, pathname, how, state]);
}

/** Finds a link of the page again after the page was left and rendered anew; lists of posts see to their cards. */
function selectorOf(element: Element): string | null {
  const href = element.closest("#main a[href]")?.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : null;
}
