/** Cards in the page are found by the name they carry; see `PostCard`. */
export function cardsIn(root: ParentNode): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>("[data-card]")];
}

export function findCard(root: ParentNode, name: string): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[data-card="${CSS.escape(name)}"]`);
}

export function cardName(card: HTMLElement): string {
  return card.dataset["card"] ?? "";
}

/** Where reading begins: below the page's sticky header. */
export function readingLine(): number {
  return document.querySelector("main > header, main > div > header")?.getBoundingClientRect().bottom ?? 0;
}

/** The first card that is not above the reading line. */
export function topmostCard(root: ParentNode, line = readingLine()): HTMLElement | null {
  const cards = cardsIn(root);
  let low = 0;
  let high = cards.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const card = cards[middle];
    if (card && card.getBoundingClientRect().bottom <= line + 1) low = middle + 1;
    else high = middle;
  }
  return cards[low] ?? null;
}

/** Moves the focus to a card and shows it whole, moving the page no more than needed. */
export function focusCard(card: HTMLElement): void {
  card.focus({ preventScroll: true });
  const line = readingLine();
  const { top, bottom, height } = card.getBoundingClientRect();
  const room = window.innerHeight - bottomBarHeight();
  if (top < line || height > room - line) window.scrollBy(0, top - line);
  else if (bottom > room) window.scrollBy(0, bottom - room);
}

function bottomBarHeight(): number {
  const bar = document.querySelector("body nav.fixed");
  return bar?.getBoundingClientRect().height ?? 0;
}

/** The card that keys act on: the one in focus, or else the one being read. */
export function currentCard(): HTMLElement | null {
  const focused = document.activeElement?.closest<HTMLElement>("[data-card]");
  return focused ?? topmostCard(document);
}

/** Moves to the next or previous card; from outside the list to the one being read. */
export function stepCard(step: 1 | -1): boolean {
  const cards = cardsIn(document);
  const focused = document.activeElement?.closest<HTMLElement>("[data-card]");
  const from = focused ?? topmostCard(document);
  if (!from) return false;
  const target = focused ? cards[cards.indexOf(focused) + step] : from;
  if (!target) return false;
  focusCard(target);
  return true;
}
