import { screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it } from "vitest";
import { ApiProblem } from "@/api/problem";
import { makePost } from "@/post/fixtures";
import { me, stage, standIns, type Call } from "../../tests/stage";
// Loaded by now, whatever the machine is busy with.
import "./Filters";
import { SearchPage } from "./SearchPage";

const KEY = `chirrup.searches.${me.id}`;
const empty = { items: [], next_cursor: null };
const recent = () => JSON.parse(localStorage.getItem(KEY) ?? "[]") as string[];

beforeEach(standIns);

function show(path: string, answer: (call: Call) => unknown = () => empty) {
  return stage(<SearchPage />, { path, route: "/search", answer });
}

const found = ({ path, query }: Call): unknown =>
  path === "/search" && query["type"] === "posts" ? { items: [makePost("9")], next_cursor: null } : empty;

const field = () => screen.getByRole("combobox", { name: "Search Chirrup" });

describe("a search", () => {
  it("shows the posts found, and what was searched for", async () => {
    const { calls } = show("/search?q=blue+tit", found);
    expect(await screen.findByRole("article")).toBeVisible();
    expect(field()).toHaveValue("blue tit");
    expect(calls.at(-1)?.query).toMatchObject({ q: "blue tit", type: "posts", sort: "relevance" });
  });

  it("is in its address, and remembered once it was understood", async () => {
    const { user, router } = show("/search", found);
    await user.type(field(), "tit{Enter}");
    expect(await screen.findByRole("article")).toBeVisible();
    expect(router.state.location.search).toBe("?q=tit");
    expect(recent()).toEqual(["tit"]);
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 })).toHaveFocus());
  });

  it("that is not understood says why at the field, and is not remembered", async () => {
    const detail = "lang: takes a code of two letters, such as lang:en.";
    const { user } = show("/search", ({ path }) => {
      if (path !== "/search") return empty;
      throw new ApiProblem({ kind: "http", status: 422, detail, errors: [{ field: "q", message: detail }] });
    });
    await user.type(field(), "lang:english{Enter}");
    expect(await screen.findByText(detail)).toBeVisible();
    expect(field()).toHaveAccessibleDescription(detail);
    expect(field()).toBeInvalid();
    expect(field()).toHaveFocus();
    expect(recent()).toEqual([]);
  });

  it("that finds nothing offers to look without filters", async () => {
    show("/search?q=tit+from%3Awren");
    const link = await screen.findByRole("link", { name: "Search without filters" });
    expect(link).toHaveAttribute("href", "/search?q=tit");
  });

  it("opened by a link is not remembered", async () => {
    show("/search?q=tit", found);
    expect(await screen.findByRole("article")).toBeVisible();
    expect(recent()).toEqual([]);
  });

  it("has a list of hashtags", async () => {
    show("/search?q=spr&type=hashtags", () => ({ items: [{ tag: "spring", posts_count: 12 }], next_cursor: null }));
    expect(await screen.findByRole("link", { name: /#spring.*12 posts/ })).toHaveAttribute("href", "/hashtag/spring");
  });
});

describe("filters", () => {
  it("are written into the text and searched for", async () => {
    const { user, router } = show("/search?q=tit", found);
    await user.click(screen.getByRole("button", { name: "Filters" }));
    await user.click(await screen.findByRole("button", { name: "Images" }, { timeout: 4000 }));
    expect(field()).toHaveValue("tit has:media");
    await user.selectOptions(screen.getByLabelText("Language"), "German");
    await waitFor(() => expect(field()).toHaveValue("tit has:media lang:de"));
    await waitFor(() => expect(router.state.location.search).toBe("?q=tit+has%3Amedia+lang%3Ade"));
    await waitFor(() => expect(recent()).toEqual(["tit has:media lang:de"]));
  });

  it("say what the text says", async () => {
    const { user } = show("/search?q=tit", found);
    await user.click(screen.getByRole("button", { name: "Filters" }));
    expect(await screen.findByLabelText("From")).toBeVisible();
    await user.click(field());
    await user.paste(" from:@wren since:2026-03-01 -has:links");
    expect(screen.getByLabelText("From")).toHaveValue("wren");
    expect(screen.getByLabelText("Since")).toHaveValue("2026-03-01");
    expect(screen.getByRole("button", { name: "Links" })).toHaveAttribute("aria-pressed", "false");
  });
});

describe("recent searches", () => {
  it("can be opened, and taken away one by one", async () => {
    localStorage.setItem(KEY, JSON.stringify(["tit", "wren eggs"]));
    const { user } = show("/search");
    expect(screen.getByRole("link", { name: "wren eggs" })).toHaveAttribute("href", "/search?q=wren+eggs");
    await user.click(screen.getByRole("button", { name: "Remove “tit” from recent searches" }));
    expect(recent()).toEqual(["wren eggs"]);
    expect(screen.getByRole("button", { name: "Remove “wren eggs” from recent searches" })).toHaveFocus();
  });

  it("can be cleared, and brought back", async () => {
    localStorage.setItem(KEY, JSON.stringify(["tit", "wren eggs"]));
    const { user } = show("/search");
    await user.click(screen.getByRole("button", { name: "Clear all" }));
    expect(recent()).toEqual([]);
    expect(screen.queryByRole("heading", { name: "Recent searches" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(recent()).toEqual(["tit", "wren eggs"]);
  });

  it("of one account are not shown to another", () => {
    localStorage.setItem("chirrup.searches.8", JSON.stringify(["tit"]));
    show("/search");
    expect(screen.queryByRole("link", { name: "tit" })).toBeNull();
  });
});
