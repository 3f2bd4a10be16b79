import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import type { Trend } from "@/api/types";
import { makePost, makeUser } from "@/post/fixtures";
import { stage, standIns } from "../../tests/stage";
import { TrendSection } from "./TrendSection";

beforeEach(standIns);

const trend = (name: string, over: Partial<Trend> = {}): Trend => ({
  type: "hashtag",
  name,
  url: null,
  authors_count: 1234,
  observed: 9,
  expected: 1,
  score: 40,
  since: new Date(Date.now() - 3_600_000).toISOString(),
  posts: [makePost("9", makeUser("1", "wren"), `about #${name}`)],
  ...over,
});

const show = (...items: Trend[]) => stage(<TrendSection />, { answer: () => ({ items, next_cursor: null }) });

it("says of each trend how many people made it, and since when", async () => {
  show(trend("berries"));
  const row = await screen.findByRole("listitem");
  expect(row).toHaveTextContent(/1,234 people · since \d+:\d\d/);
  expect(within(row).getByRole("link", { name: "#berries" })).toHaveAttribute("href", "/hashtag/berries");
  expect(within(row).getByRole("link", { name: "@wren: about #berries" })).toHaveAttribute("href", "/@wren/9");
});

it("leads to the address of a link, and to no other kind of address", async () => {
  show(
    trend("example.org/berries", { type: "link", url: "https://example.org/berries" }),
    trend("somewhere", { type: "link", url: "javascript:alert(1)" }),
  );
  const link = await screen.findByRole("link", { name: /opens in a new tab/ });
  expect(link).toHaveAttribute("href", "https://example.org/berries");
  expect(link).toHaveAttribute("target", "_blank");
  expect(screen.queryByRole("link", { name: /^somewhere/ })).toBeNull();
});

it("shows the first three, and more when asked", async () => {
  const { user } = show(...Array.from({ length: 8 }, (_, index) => trend(`tag${index}`)));
  expect(await screen.findAllByRole("listitem")).toHaveLength(3);
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(screen.getAllByRole("listitem")).toHaveLength(8);
});
