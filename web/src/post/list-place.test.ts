import { beforeEach, describe, expect, it, vi } from "vitest";
import { standIns } from "../../tests/stage";
import { ListPlace, type Place } from "./list-place";

const HEIGHT = 100;
let scrollY = 0;
let heights: Record<string, number> = {};
let resized: () => void = () => undefined;

/** Lays out the cards one below the other in a window that is scrolled to `scrollY`. */
function layOut() {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function box(this: Element) {
    const cards = [...document.querySelectorAll<HTMLElement>("[data-card]")];
    const at = cards.indexOf(this as HTMLElement);
    const height = (card: HTMLElement) => heights[card.dataset["card"] ?? ""] ?? HEIGHT;
    const top = cards.slice(0, Math.max(at, 0)).reduce((sum, card) => sum + height(card), 0);
    return at < 0 ? new DOMRect() : new DOMRect(0, top - scrollY, 600, height(this as HTMLElement));
  });
  vi.stubGlobal("scrollTo", ({ top }: { top: number }) => (scrollY = Math.max(0, top)));
  vi.spyOn(window, "scrollY", "get").mockImplementation(() => scrollY);
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = vi.fn();
      disconnect = vi.fn();
      constructor(callback: () => void) {
        resized = callback;
      }
    },
  );
  vi.stubGlobal("requestAnimationFrame", (callback: () => void) => {
    callback();
    return 0;
  });
}

const list = document.createElement("div");
function fill(names: string) {
  list.innerHTML = [...names].map((name) => `<article data-card="${name}"></article>`).join("");
}

function open(opening: Place | null) {
  const report = vi.fn<(place: Place) => void>();
  const place = new ListPlace(() => list, opening);
  place.settle();
  place.connect(report);
  return { place, report };
}

function readerScrolls(to: number) {
  window.dispatchEvent(new Event("wheel"));
  scrollY = to;
  window.dispatchEvent(new Event("scroll"));
}

beforeEach(() => {
  standIns();
  scrollY = 0;
  heights = {};
  document.body.replaceChildren(list);
  fill("abcdef");
  layOut();
});

describe("the place of a list", () => {
  it("opens at the given place", () => {
    open({ card: "c", offset: -30 });
    expect(scrollY).toBe(230);
  });

  it("waits for its card if that comes later", () => {
    const { place } = open({ card: "z", offset: 0 });
    expect(scrollY).toBe(0);
    fill("abz");
    place.settle();
    expect(scrollY).toBe(200);
  });

  it("holds the place while sizes above become known, until the reader acts", () => {
    open({ card: "c", offset: 0 });
    heights = { a: 180 };
    resized();
    expect(scrollY).toBe(280);
    readerScrolls(300);
    heights = { a: 100 };
    resized();
    expect(scrollY).toBe(300);
  });

  it("is not unpinned by the router, which scrolls a new page to its top", async () => {
    scrollY = 120;
    fill("c");
    const { place } = open({ card: "c", offset: 0 });
    scrollY = 0;
    await Promise.resolve();
    window.dispatchEvent(new Event("scroll"));
    fill("abc");
    place.settle();
    expect(scrollY).toBe(200);
  });

  it("reports where the reader goes, and nothing that the page did itself", () => {
    const { report } = open({ card: "c", offset: 0 });
    window.dispatchEvent(new Event("scroll"));
    expect(report).not.toHaveBeenCalled();
    readerScrolls(330);
    expect(report).toHaveBeenCalledExactlyOnceWith({ card: "d", offset: -30 });
  });

  it("takes opening at the top for a place", () => {
    const { report } = open(null);
    expect(report).toHaveBeenCalledExactlyOnceWith({ card: "a", offset: 0 });
  });

  it("stays when cards are added above, at the very top too", () => {
    const { place } = open(null);
    place.hold();
    fill("xyabcdef");
    place.settle();
    expect(scrollY).toBe(200);
  });

  it("lets the reader's own new card push the list down", () => {
    const { place } = open(null);
    fill("xabcdef");
    place.settle();
    expect(scrollY).toBe(0);
  });

  it("does the browser's part where the browser does not", () => {
    vi.stubGlobal("CSS", { supports: () => false, escape: (text: string) => text });
    open(null);
    readerScrolls(250);
    heights = { a: 160 };
    resized();
    expect(scrollY).toBe(310);
  });
});
