import { useCallback, useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { cardName, findCard, readingLine, topmostCard } from "./cards";

/** A place in a list: a card, and how far below the reading line its top is, in CSS pixels. */
export interface Place {
  card: string;
  offset: number;
}

interface PlaceOptions {
  list: RefObject<HTMLElement | null>;
  /** Where to open once the card is there; null opens at the top. */
  opening: Place | null;
  /** The names of the cards, in order: when they change, what is read stays where it is. */
  cards: readonly string[];
  onMove: (place: Place) => void;
}

/** A card and where it was in the document. */
interface Sight {
  card: string;
  documentTop: number;
}

const HOLD_MS = 500;
const READERS_ACTS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/**
 * Keeps the place of a list. It opens at the given place and holds it while fonts, late sizes and
 * context come in, until the reader does something; from then on only the reader moves it.
 */
export function usePlace({ list, opening, cards, onMove }: PlaceOptions): { hold: () => void } {
  const pinned = useRef<Place | null>(opening);
  const settled = useRef(false);
  const ownScroll = useRef<number | null>(null);
  const held = useRef<Sight | null>(null);
  const seen = useRef<Sight | null>(null);
  const release = useRef(0);
  const report = useRef(onMove);

  useEffect(() => {
    report.current = onMove;
  });

  const scrollTo = useCallback((y: number) => {
    window.scrollTo({ top: y, behavior: "instant" });
    ownScroll.current = window.scrollY;
  }, []);

  const pin = useCallback(() => {
    const place = pinned.current;
    const card = place && list.current && findCard(list.current, place.card);
    if (!place || !card) return;
    settled.current = true;
    const drift = card.getBoundingClientRect().top - readingLine() - place.offset;
    if (Math.abs(drift) >= 1) scrollTo(window.scrollY + drift);
  }, [list, scrollTo]);

  const hold = useCallback(() => {
    held.current = list.current && sight(list.current);
    // The browser's own anchoring would do the same a second time.
    document.documentElement.style.overflowAnchor = "none";
    clearTimeout(release.current);
    release.current = window.setTimeout(() => {
      held.current = null;
      document.documentElement.style.removeProperty("overflow-anchor");
    }, HOLD_MS);
  }, [list]);

  const keep = useCallback(() => {
    const before = held.current ?? (anchorsByItself() || window.scrollY <= 0 ? null : seen.current);
    held.current = null;
    const card = before && list.current && findCard(list.current, before.card);
    if (!before || !card) return;
    const documentTop = card.getBoundingClientRect().top + window.scrollY;
    if (documentTop !== before.documentTop) scrollTo(window.scrollY + documentTop - before.documentTop);
    seen.current = { ...before, documentTop };
  }, [list, scrollTo]);

  useLayoutEffect(() => {
    keep();
    pin();
    // The router scrolls a new page to its top in the same commit, after this.
    if (pinned.current) queueMicrotask(pin);
  }, [cards, keep, pin]);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const unpin = () => {
      if (settled.current) pinned.current = null;
    };
    let frame = 0;
    const tell = () => {
      frame = 0;
      seen.current = sight(element);
      if (!seen.current) return;
      const top = seen.current.documentTop - window.scrollY;
      report.current({ card: seen.current.card, offset: Math.round(top - readingLine()) });
    };
    const onScroll = () => {
      if (pinned.current) {
        const expected = ownScroll.current;
        if (!settled.current || (expected !== null && Math.abs(window.scrollY - expected) < 2)) return;
        pinned.current = null;
      }
      frame ||= requestAnimationFrame(tell);
    };
    const sizes = new ResizeObserver(() => (pinned.current ? pin() : keep()));
    sizes.observe(element);
    // Opening at the top is a place too: what comes later is new.
    if (!pinned.current) tell();
    READERS_ACTS.forEach((act) => window.addEventListener(act, unpin, { passive: true, capture: true }));
    window.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      cancelAnimationFrame(frame);
      READERS_ACTS.forEach((act) => window.removeEventListener(act, unpin, { capture: true }));
      window.removeEventListener("scroll", onScroll);
    };
  }, [list, pin, keep]);

  return { hold };
}

function sight(root: ParentNode): Sight | null {
  const card = topmostCard(root);
  return card && { card: cardName(card), documentTop: card.getBoundingClientRect().top + window.scrollY };
}

/** Safari leaves it to the page to hold still when something above changes its size. */
function anchorsByItself(): boolean {
  return CSS.supports("overflow-anchor", "auto");
}
