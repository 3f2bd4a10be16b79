import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import type { Post } from "@/api/types";
import { DiscoverPosts } from "@/home/DiscoverPosts";
import { me, stage, standIns, type Call } from "../../tests/stage";
import { makePost, makeRetweet, makeUser } from "./fixtures";

const ada = makeUser("1", "ada");
const ben = makeUser("2", "ben");
const cleo = makeUser("3", "cleo");
const dora = makeUser("4", "dora");
const down = new ApiProblem({ kind: "network" });

beforeEach(standIns);

function show(posts: Post[], answer: (call: Call) => unknown = () => undefined, visitor = false) {
  return stage(<DiscoverPosts />, {
    visitor,
    answer: (call) => (call.path === "/discover" ? { items: posts, next_cursor: null } : answer(call)),
  });
}

const card = (name: RegExp) => screen.findByRole("article", { name });
const likeOf = (article: HTMLElement) => within(article).getByRole("button", { name: /^Like/ });

describe("a post", () => {
  it("tells screen readers its place in the feed", async () => {
    show([makePost("9", ada), makePost("8", ben)]);
    const article = await card(/ben/);
    expect(article).toHaveAttribute("aria-posinset", "2");
    expect(article).toHaveAttribute("aria-setsize", "2");
    expect(screen.getByRole("feed")).toHaveAttribute("aria-busy", "false");
  });

  it("shows numbers short and says them in full", async () => {
    show([makePost("9", ada, "hi", { likes_count: 12_345 })]);
    const like = likeOf(await card(/ada/));
    expect(like).toHaveAccessibleName("Like, 12,345 likes");
    expect(like).toHaveTextContent("12.3K");
  });

  it("likes at once, and takes it back with a word of why", async () => {
    let refuse: (error: unknown) => void = () => undefined;
    const { user } = show([makePost("9", ada, "hi", { likes_count: 4 })], () => new Promise((_, reject) => (refuse = reject)));
    const like = likeOf(await card(/ada/));
    await user.click(like);
    expect(like).toHaveAttribute("aria-pressed", "true");
    expect(like).toHaveAccessibleName("Like, 5 likes");

    refuse(down);
    await waitFor(() => expect(like).toHaveAttribute("aria-pressed", "false"));
    expect(like).toHaveAccessibleName("Like, 4 likes");
    expect(await screen.findByText(/Your like did not get through\. The server could not be reached/)).toBeVisible();
  });

  it("offers to retweet or to quote", async () => {
    const { user, calls } = show([makePost("9", ada)]);
    const button = within(await card(/ada/)).getByRole("button", { name: "Retweet or quote" });
    await user.click(button);
    await user.click(screen.getByRole("menuitem", { name: "Retweet" }));
    expect(calls.at(-1)).toMatchObject({ method: "POST", path: "/posts/9/retweet", idempotencyKey: expect.any(String) as string });
    expect(button).toHaveAccessibleName("Retweeted by you, 1 retweet");
    expect(button).toHaveFocus();

    await user.click(button);
    await user.click(screen.getByRole("menuitem", { name: "Quote" }));
    expect(screen.getByRole("dialog", { name: "Quote" })).toHaveTextContent("post 9");
  });

  it("folds its retweets into one card that names who brought it", async () => {
    const original = makePost("5", ada, "once");
    show([makeRetweet("9", ben, original), makeRetweet("8", cleo, original), makeRetweet("7", dora, original), original]);
    expect(await card(/ada/)).toHaveTextContent("Retweeted by ben, cleo and 1 other");
    expect(screen.getAllByRole("article")).toHaveLength(1);
  });

  it("deletes one's own post only after asking", async () => {
    const own = makePost("9", makeUser(me.id, me.username), "mine");
    const { user, calls } = show([own, makePost("8", ada)]);
    await user.click(within(await card(/wren/)).getByRole("button", { name: "More" }));
    await user.click(screen.getByRole("menuitem", { name: "Delete" }));
    expect(calls.filter(({ method }) => method === "DELETE")).toEqual([]);
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete" }));
    await waitFor(() => expect(screen.queryByText("mine")).toBeNull());
    expect(calls.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual(["/posts/9"]);
  });

  it("offers to mute and block others, not to delete their posts", async () => {
    const { user } = show([makePost("9", ada)]);
    await user.click(within(await card(/ada/)).getByRole("button", { name: "More" }));
    expect(screen.getAllByRole("menuitem").map((item) => item.textContent)).toEqual(["Copy link", "Mute @ada", "Block @ada"]);
  });

  it("asks visitors to log in, and keeps the page as it is", async () => {
    const { user, calls } = show([makePost("9", ada)], undefined, true);
    const like = likeOf(await card(/ada/));
    await user.click(like);
    expect(await screen.findByText("Log in to take part.")).toBeVisible();
    expect(like).toHaveAttribute("aria-pressed", "false");
    expect(calls.filter(({ method }) => method === "POST")).toEqual([]);
  });

  it("links people and web addresses, and nothing else", async () => {
    const text = "@ben look: javascript:alert(1)";
    show([
      makePost("9", ada, text, {
        entities: [
          { type: "mention", start: 0, end: 4, value: "ben", id: "2" },
          { type: "link", start: 11, end: 30, value: "javascript:alert(1)", id: null },
        ],
      }),
    ]);
    const article = await card(/ada/);
    expect(within(article).getByRole("link", { name: "@ben" })).toHaveAttribute("href", "/@ben");
    expect(within(article).queryByRole("link", { name: /javascript/ })).toBeNull();
  });

  it("says that a quoted post is gone", async () => {
    show([makePost("9", ada, "look", { retweet_of_id: "3" })]);
    expect(await card(/ada/)).toHaveTextContent("The quoted post is not available.");
  });
});
