import { useLayoutEffect, type RefObject } from "react";
import { useLocation, useNavigationType } from "react-router";
import { cardName, findCard } from "./cards";
import { focusOf, remember } from "./places";

/** Whoever goes back finds the focus on the card they left from. */
export function useReturnedFocus(list: RefObject<HTMLElement | null>): void {
  const { key } = useLocation();
  const goingBack = useNavigationType() === "POP";

  useLayoutEffect(() => {
    const element = list.current;
    const card = goingBack ? focusOf(key) : null;
    if (card !== null && element) findCard(element, card)?.focus({ preventScroll: true });
    return () => {
      const left = element?.contains(document.activeElement) && document.activeElement?.closest<HTMLElement>("[data-card]");
      if (left) remember(key, { focus: cardName(left) });
    };
  }, [list, key, goingBack]);
}
