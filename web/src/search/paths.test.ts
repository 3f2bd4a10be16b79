import { expect, it } from "vitest";
import { readSearch, searchPath, type SearchQuery } from "./paths";

it.each([
  [{ text: "", type: "posts", sort: "relevance" }, "/search"],
  [{ text: "blue tit", type: "posts", sort: "newest" }, "/search?q=blue+tit&sort=newest"],
  [{ text: "#spring & more", type: "users", sort: "relevance" }, "/search?q=%23spring+%26+more&type=users"],
] satisfies [SearchQuery, string][])("%j has an address and is read from it", (search, path) => {
  expect(searchPath(search)).toBe(path);
  expect(readSearch(new URL(path, "https://example.org").searchParams)).toEqual(search);
});

it("takes what nobody knows for what is usual", () => {
  expect(readSearch(new URLSearchParams("q=%20tit%20&type=eggs&sort=worst"))).toEqual({ text: "tit", type: "posts", sort: "relevance" });
});
