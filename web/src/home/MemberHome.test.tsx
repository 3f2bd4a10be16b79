import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Post } from "@/api/types";
import { makePost, makeRetweet, makeUser } from "@/post/fixtures";
import { me, stage, standIns, type Call } from "../../tests/stage";
import { MemberHome } from "./MemberHome";

const ada = makeUser("1", "ada");
const KEY = `chirrup.position.${me.id}`;

/** Every card is 100 px high, the first at the top of the window. */
function layOut() {
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function box(this: Element) {
    const at = [...document.querySelectorAll("[data-card]")].indexOf(this);
    return at < 0 ? new DOMRect() : new DOMRect(0, at * 100, 600, 100);
  });
}

beforeEach(() => {
  standIns();
  layOut();
});
afterEach(() => {
  vi.useRealTimers();
});

function show(posts: Post[], more: Partial<Record<string, (call: Call) => unknown>> = {}) {
  return stage(<MemberHome me={me} />, {
    answer: (call) => {
      if (call.path === "/markers") return { home: null };
      if (call.query["newer_than"]) return more["newer"]?.(call) ?? { items: [], next_cursor: null };
      if (call.path === "/feed") return { items: posts, next_cursor: null };
      return more[call.path]?.(call);
    },
  });
}

const place = (postId: string, seenTop = postId) =>
  localStorage.setItem(KEY, JSON.stringify({ postId, offset: 0, seenTop, movedAt: 1, syncedId: null, syncedAt: null, dirty: false }));

describe("home", () => {
  it("counts what came since it was left", async () => {
    place("7");
    show([makePost("9", ada), makePost("8", ada), makePost("7", ada)]);
    expect(await screen.findByRole("button", { name: "2 new posts" })).toBeVisible();
    expect(screen.getAllByRole("article")).toHaveLength(3);
  });

  it("does not count what was seen before the reader went down", async () => {
    place("7", "9");
    show([makePost("9", ada), makePost("8", ada), makePost("7", ada)]);
    expect(await screen.findAllByRole("article")).toHaveLength(3);
    expect(screen.queryByRole("button", { name: /new post/ })).toBeNull();
  });

  it("adds new posts above and announces them, while cards keep their places", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const original = makePost("8", ada, "the original");
    const ben = makeUser("2", "ben");
    show([makePost("9", ada), original], {
      newer: () => ({ items: [makePost("12", ada), makeRetweet("11", ben, original)], next_cursor: null }),
    });
    expect(await screen.findAllByRole("article")).toHaveLength(2);
    await act(() => vi.advanceTimersByTimeAsync(21_000));
    await waitFor(() => expect(screen.getAllByRole("article")).toHaveLength(3));
    expect(screen.getAllByRole("article").map((article) => article.dataset["card"])).toEqual(["12", "9", "8"]);
    expect(screen.getByText("the original").closest("article")).toHaveTextContent("Retweeted by ben");
    expect(screen.getByRole("button", { name: "1 new post" })).toBeVisible();
  });

  it("tells the server where reading stopped when the page is left", async () => {
    const { calls } = show([makePost("9", ada), makePost("8", ada)], { "/markers": () => undefined });
    await screen.findAllByRole("article");
    act(() => {
      window.dispatchEvent(new Event("pagehide"));
    });
    await waitFor(() => expect(calls.filter(({ method }) => method === "PUT")).toMatchObject([{ path: "/markers", keepalive: true }]));
  });

  it("shows whom to follow when it is empty", async () => {
    stage(<MemberHome me={me} />, {
      answer: ({ path }) => {
        if (path === "/markers") return { home: null };
        if (path === "/discover") return { items: [makePost("9", ada, "hello there")], next_cursor: null };
        if (path === "/users/ada") return { ...me, ...ada, viewer: { following: false, followed_by: false, blocking: false, blocked_by: false, muting: false } };
        return { items: [], next_cursor: null };
      },
    });
    expect(await screen.findByText("Your home is quiet", undefined, { timeout: 4000 })).toBeInTheDocument();
    expect(await screen.findByRole("button", { name: /Follow.*@ada/ })).toBeInTheDocument();
    expect(await screen.findByText("hello there")).toBeInTheDocument();
  });
});
