import type { Id } from "@/api/types";

const MOST = 100;
const PAUSE_MS = 1000;

/** Knows which posts are on the screen, by the `data-post` that cards carry, and tells when that changes, once a second at most. */
export class OnScreen {
  readonly #onChange: (posts: Id[]) => void;
  readonly #visible = new Set<HTMLElement>();
  readonly #sight: IntersectionObserver;
  readonly #changes: MutationObserver;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #told = "";

  constructor(root: HTMLElement, onChange: (posts: Id[]) => void) {
    this.#onChange = onChange;
    this.#sight = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) this.#visible.add(target as HTMLElement);
        else this.#visible.delete(target as HTMLElement);
      }
      this.#soon();
    });
    this.#changes = new MutationObserver((records) => {
      for (const { addedNodes, removedNodes } of records) {
        addedNodes.forEach((node) => cardsOf(node).forEach((card) => this.#sight.observe(card)));
        removedNodes.forEach((node) => cardsOf(node).forEach((card) => this.#drop(card)));
      }
      this.#soon();
    });
    cardsOf(root).forEach((card) => this.#sight.observe(card));
    this.#changes.observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-post"] });
  }

  /** The cards of a post that can be seen now. */
  cardsOf(post: Id): HTMLElement[] {
    return [...this.#visible].filter((card) => card.isConnected && (card.dataset["post"] === post || card.dataset["card"] === post));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#sight.disconnect();
    this.#changes.disconnect();
  }

  #drop(card: HTMLElement): void {
    // A card that has only been moved is still there.
    if (card.isConnected) return;
    this.#sight.unobserve(card);
    this.#visible.delete(card);
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const posts = [...new Set([...this.#visible].flatMap(({ dataset }) => dataset["post"] ?? []))].slice(0, MOST);
      const said = posts.toSorted().join();
      if (said === this.#told) return;
      this.#told = said;
      this.#onChange(posts);
    }, PAUSE_MS);
  }
}

function cardsOf(node: Node): HTMLElement[] {
  if (!(node instanceof HTMLElement)) return [];
  const inside = [...node.querySelectorAll<HTMLElement>("[data-post]")];
  return node.dataset["post"] === undefined ? inside : [node, ...inside];
}
