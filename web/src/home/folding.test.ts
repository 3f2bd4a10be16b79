import { describe, expect, it } from "vitest";
import { makePost, makeRetweet, makeUser } from "@/post/fixtures";
import { foldFeed } from "./folding";

const ada = makeUser("1", "ada");
const ben = makeUser("2", "ben");
const cleo = makeUser("3", "cleo");
const original = makePost("100", ada, "first");

describe("foldFeed", () => {
  it("leaves ordinary posts as they are", () => {
    const entries = foldFeed([makePost("3", ben), makePost("2", ada)]);
    expect(entries.map((entry) => [entry.key, entry.retweeters.length])).toEqual([
      ["3", 0],
      ["2", 0],
    ]);
  });

  it("makes one card of an original and its retweets", () => {
    const entries = foldFeed([
      makeRetweet("130", cleo, original),
      makePost("120", ben, "between"),
      makeRetweet("110", ben, original),
      original,
    ]);
    expect(entries.map((entry) => entry.key)).toEqual(["130", "120"]);
    expect(entries[0]?.post.id).toBe("100");
    expect(entries[0]?.ids).toEqual(["130", "110", "100"]);
    expect(entries[0]?.retweeters.map((person) => person.username)).toEqual(["cleo", "ben"]);
  });

  it("names a person once", () => {
    const entries = foldFeed([makeRetweet("130", ben, original), makeRetweet("110", ben, original)]);
    expect(entries[0]?.retweeters).toHaveLength(1);
  });

  it("does not join what stands far apart", () => {
    const filler = Array.from({ length: 5 }, (_, index) => makePost(String(200 - index), ben));
    const entries = foldFeed([makeRetweet("300", cleo, original), ...filler, original], new Set(), 5);
    expect(entries.map((entry) => entry.key)).toEqual(["300", "200", "199", "198", "197", "196", "100"]);
  });

  it("keeps a card where the reader has seen it when a newer retweet arrives", () => {
    const between = makePost("120", ben, "between");
    const entries = foldFeed([makeRetweet("130", cleo, original), between, original], new Set(["120", "100"]));
    expect(entries.map((entry) => entry.key)).toEqual(["120", "100"]);
    expect(entries[1]?.retweeters.map((person) => person.username)).toEqual(["cleo"]);
  });

  it("keeps a card in its place when the original arrives with an older page", () => {
    const shown = new Set(["130"]);
    const entries = foldFeed([makeRetweet("130", cleo, original), makePost("120", ben), original], shown);
    expect(entries.map((entry) => entry.key)).toEqual(["130", "120"]);
  });

  it("prefers the feed's own copy of the original", () => {
    const stale = { ...original, likes_count: 1 };
    const fresh = { ...original, likes_count: 9 };
    const entries = foldFeed([makeRetweet("130", cleo, stale), fresh]);
    expect(entries[0]?.post.likes_count).toBe(9);
  });

  it("does not fold quotes", () => {
    const quote = { ...makeRetweet("130", cleo, original), text: "look" };
    expect(foldFeed([quote, original]).map((entry) => entry.key)).toEqual(["130", "100"]);
  });

  it("drops a retweet whose original is gone", () => {
    const orphan = { ...makeRetweet("130", cleo, original), retweet_of: null };
    expect(foldFeed([orphan])).toEqual([]);
  });
});
