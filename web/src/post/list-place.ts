import { cardName, findCard, readingLine, topmostCard } from "./cards";

/** A place in a list: a card, and how far below the reading line its top is, in CSS pixels. */
export interface Place {
  card: string;
  offset: number;
}

/** A card and where it was in the document. */
interface Sight {
  card: string;
  documentTop: number;
}

const HOLD_MS = 500;
const READERS_ACTS = ["wheel", "touchstart", "pointerdown", "keydown"] as const;

/**
 * Keeps the place of a list of cards in the window. It opens at the given place and stays pinned to it
 * while fonts, late sizes and context come in, until the reader does something; from then on only the
 * reader moves it.
 */
export class ListPlace {
  readonly #list: () => HTMLElement | null;
  #pinned: Place | null;
  /** Has the card of the opening place been there? */
  #opened = false;
  #ownScroll: number | null = null;
  #held: Sight | null = null;
  #seen: Sight | null = null;
  #release: ReturnType<typeof setTimeout> | undefined;

  constructor(list: () => HTMLElement | null, opening: Place | null) {
    this.#list = list;
    this.#pinned = opening;
  }

  /** Call before the list changes by itself: what is read now stays where it is. */
  hold(): void {
    this.#held = this.#sight();
    setAnchoring(false);
    clearTimeout(this.#release);
    this.#release = setTimeout(() => {
      this.#held = null;
      if (!this.#pinned) setAnchoring(true);
    }, HOLD_MS);
  }

  /** Call when the cards have changed, before they are painted. */
  settle(): void {
    this.#keep();
    this.#pin();
    // The router scrolls a new page to its top in the same commit, after this.
    if (this.#pinned) queueMicrotask(() => this.#pin());
  }

  /** Listens to the reader until the answer is called. */
  connect(report: (place: Place) => void): () => void {
    const list = this.#list();
    if (!list) return () => undefined;
    let frame = 0;
    const tell = () => {
      frame = 0;
      this.#seen = this.#sight();
      if (this.#seen) report(placeOf(this.#seen));
    };
    const onAct = () => {
      if (this.#opened) this.#unpin();
    };
    const onScroll = () => {
      // Keeping a place scrolls, too; what that shows has not been seen by going there.
      if ((this.#pinned || this.#ownScroll !== null) && !this.#scrolledByReader()) return;
      this.#unpin();
      this.#ownScroll = null;
      frame ||= requestAnimationFrame(tell);
    };
    const sizes = new ResizeObserver(() => (this.#pinned ? this.#pin() : this.#keep()));

    sizes.observe(list);
    if (this.#pinned) setAnchoring(false);
    // Opening at the top is a place too: what comes later is new.
    else tell();
    READERS_ACTS.forEach((act) => window.addEventListener(act, onAct, { passive: true, capture: true }));
    window.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      sizes.disconnect();
      cancelAnimationFrame(frame);
      clearTimeout(this.#release);
      setAnchoring(true);
      READERS_ACTS.forEach((act) => window.removeEventListener(act, onAct, { capture: true }));
      window.removeEventListener("scroll", onScroll);
    };
  }

  #pin(): void {
    const list = this.#list();
    const card = this.#pinned && list && findCard(list, this.#pinned.card);
    if (!this.#pinned || !card) return;
    this.#opened = true;
    const drift = card.getBoundingClientRect().top - readingLine() - this.#pinned.offset;
    if (Math.abs(drift) >= 1) this.#scrollBy(drift);
    else this.#ownScroll = window.scrollY;
  }

  #unpin(): void {
    if (!this.#pinned) return;
    this.#pinned = null;
    setAnchoring(true);
  }

  /** Puts the card that was held, or last seen, back to where it was in the window. */
  #keep(): void {
    const before = this.#held ?? (anchorsByItself() || window.scrollY <= 0 ? null : this.#seen);
    const list = this.#list();
    const card = before && list && findCard(list, before.card);
    if (!before || !card) return;
    const documentTop = card.getBoundingClientRect().top + window.scrollY;
    if (documentTop !== before.documentTop) this.#scrollBy(documentTop - before.documentTop);
    this.#seen = { ...before, documentTop };
    // New cards have an estimated height at first: the hold goes on until they have their own.
    if (this.#held) this.#held = this.#seen;
  }

  #scrollBy(distance: number): void {
    window.scrollTo({ top: window.scrollY + distance, behavior: "instant" });
    this.#ownScroll = window.scrollY;
  }

  #scrolledByReader(): boolean {
    return this.#ownScroll !== null && Math.abs(window.scrollY - this.#ownScroll) >= 2;
  }

  #sight(): Sight | null {
    const list = this.#list();
    const card = list && topmostCard(list);
    return card && { card: cardName(card), documentTop: card.getBoundingClientRect().top + window.scrollY };
  }
}

function placeOf({ card, documentTop }: Sight): Place {
  return { card, offset: Math.round(documentTop - window.scrollY - readingLine()) };
}

/** While the list keeps its own place, the browser's anchoring would move it a second time. */
function setAnchoring(on: boolean): void {
  const { style } = document.documentElement;
  if (on) style.removeProperty("overflow-anchor");
  else style.setProperty("overflow-anchor", "none");
}

/** Safari leaves it to the page to hold still when something above changes its size. */
function anchorsByItself(): boolean {
  return CSS.supports("overflow-anchor", "auto");
}
