import { screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { me, stage, standIns, type Call } from "../../tests/stage";
import { SearchBox } from "./SearchBox";

const people = ["wren", "wrentit"].map((username, index) => ({ ...me, id: String(index + 1), username, display_name: username }));
const tags = [{ tag: "wrens", posts_count: 3 }];

beforeEach(() => {
  standIns();
  Element.prototype.scrollIntoView = vi.fn();
});

const suggest = ({ query }: Call): unknown => ({ items: query["type"] === "users" ? people : tags, next_cursor: null });

function show(answer: (call: Call) => unknown = suggest) {
  const onSearch = vi.fn();
  function Field() {
    const [text, setText] = useState("");
    return <SearchBox text={text} onText={setText} onSearch={onSearch} />;
  }
  return { onSearch, ...stage(<Field />, { answer }), field: screen.getByRole("combobox", { name: "Search Chirrup" }) };
}

const activeText = (field: HTMLElement) => document.getElementById(field.getAttribute("aria-activedescendant") ?? "")?.textContent;

it("suggests people and hashtags that begin so", async () => {
  const { user, field } = show();
  await user.type(field, "wre");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(4));
  expect(field).toHaveAttribute("aria-expanded", "true");
  expect(screen.getByRole("listbox")).toHaveAttribute("id", field.getAttribute("aria-controls"));
  expect(screen.getByText("4 suggestions")).toBeInTheDocument();
});

it("goes through the suggestions by the arrows, and comes back to the field", async () => {
  const { user, field } = show();
  await user.type(field, "wre");
  await screen.findByText("@wrentit");
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(activeText(field)).toBe("wren@wren");
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(field).not.toHaveAttribute("aria-activedescendant");
  await user.keyboard("{ArrowUp}");
  expect(activeText(field)).toBe("#wrens3 posts");
});

it("opens the person that is chosen", async () => {
  const { user, field, router } = show();
  await user.type(field, "wre");
  await screen.findByText("@wrentit");
  await user.keyboard("{ArrowDown}{ArrowDown}{ArrowDown}{Enter}");
  expect(router.state.location.pathname).toBe("/@wrentit");
});

it("opens the hashtag that is clicked", async () => {
  const { user, field, router } = show();
  await user.type(field, "wre");
  await user.click(await screen.findByText("#wrens"));
  expect(router.state.location.pathname).toBe("/hashtag/wrens");
});

it("searches for what is typed on Enter", async () => {
  const { user, field, onSearch } = show();
  await user.type(field, " wren tit {Enter}");
  expect(onSearch).toHaveBeenCalledExactlyOnceWith("wren tit");
  expect(screen.queryByRole("listbox")).toBeNull();
});

it("closes on the first Escape and clears on the second", async () => {
  const { user, field } = show();
  await user.type(field, "wre");
  await screen.findByRole("listbox");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(field).toHaveValue("wre");
  await user.keyboard("{Escape}");
  expect(field).toHaveValue("");
});

it("completes a name within a query and goes on there", async () => {
  const { user, field, onSearch } = show();
  await user.type(field, "eggs from:wre");
  await screen.findByText("@wren");
  await user.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(field).toHaveValue("eggs from:wren ");
  expect(field).toHaveFocus();
  expect(onSearch).not.toHaveBeenCalled();
});

it("aborts what was asked for a text that is gone", async () => {
  const { user, field, calls } = show(({ query }) => (query["q"] === "w" ? new Promise(() => undefined) : { items: [], next_cursor: null }));
  await user.type(field, "w");
  await waitFor(() => expect(calls.map(({ query }) => query["q"])).toContain("w"));
  await user.type(field, "r");
  await waitFor(() => expect(calls.map(({ query }) => query["q"])).toContain("wr"));
  const stale = calls.filter(({ query }) => query["q"] === "w");
  expect(stale.map(({ signal }) => signal?.aborted)).toEqual([true, true]);
});

it("offers what was searched for before", async () => {
  localStorage.setItem(`chirrup.searches.${me.id}`, JSON.stringify(["wren eggs", "robin"]));
  const { user, field, onSearch } = show(() => ({ items: [], next_cursor: null }));
  await user.type(field, "wr");
  await user.click(screen.getByRole("option", { name: "wren eggs" }));
  expect(onSearch).toHaveBeenCalledExactlyOnceWith("wren eggs");
});
