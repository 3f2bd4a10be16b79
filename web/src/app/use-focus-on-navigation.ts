import { useEffect, useRef } from "react";
import { useLocation, useNavigationType } from "react-router";

/**
 * After a step forward the focus goes to the new page's heading, so that it is read out and Tab goes on from there.
 * Going back, the page itself returns the focus to where it was; links that only switch a part keep theirs.
 */
export function useFocusOnNavigation(): void {
  const { pathname, state } = useLocation() as { pathname: string; state: { keepFocus?: boolean } | null };
  const how = useNavigationType();
  const before = useRef(pathname);

  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if (how === "POP" || state?.keepFocus) return;
    const main = document.getElementById("main");
    const target = main?.querySelector<HTMLElement>("h1[tabindex]") ?? main;
    target?.focus({ preventScroll: true });
  }, [pathname, how, state]);
}
