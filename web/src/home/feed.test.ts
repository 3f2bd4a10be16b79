import { describe, expect, it } from "vitest";
import { makePost, makeRetweet, makeUser } from "@/post/fixtures";
import { addNewer, addOlder, addOwn, countUnread, feedEntries, findEntry, openFeed, reaches } from "./feed";

const page = (ids: number[], next_cursor: string | null = null) => ({ items: ids.map((id) => makePost(String(id))), next_cursor });
const keys = (feed: Parameters<typeof feedEntries>[0]) => feedEntries(feed).map((entry) => entry.key);

describe("the home feed", () => {
  it("orders by id, numerically, whatever the order of arrival", () => {
    expect(keys(addNewer(openFeed(page([9, 8])), page([10, 11])))).toEqual(["11", "10", "9", "8"]);
  });

  it("shows nothing twice when pages overlap", () => {
    expect(keys(addOlder(openFeed(page([9, 8], "c")), page([8, 7])))).toEqual(["9", "8", "7"]);
  });

  it("knows whether more lies above", () => {
    const feed = openFeed(page([5]), true);
    expect(feed.moreAbove).toBe(true);
    expect(addNewer(feed, page([6])).moreAbove).toBe(false);
    expect(addNewer(feed, page([6], "up")).moreAbove).toBe(true);
  });

  it("keeps a card where it is when its retweet arrives from above", () => {
    const ben = makeUser("2", "ben");
    const feed = openFeed(page([9, 8, 7]));
    const newer = { items: [makeRetweet("12", ben, makePost("8"))], next_cursor: null };
    const after = addNewer(feed, newer);
    expect(keys(after)).toEqual(["9", "8", "7"]);
    expect(feedEntries(after)[1]?.retweeters).toEqual([ben]);
  });

  it("puts an own post on top only when the top is loaded", () => {
    expect(keys(addOwn(openFeed(page([5])), makePost("6")))).toEqual(["6", "5"]);
    expect(keys(addOwn(openFeed(page([5]), true), makePost("9")))).toEqual(["5"]);
  });

  it("counts as unread what is above the newest post seen", () => {
    const entries = feedEntries(openFeed(page([12, 11, 10, 9])));
    expect(countUnread(entries, "10", "7")).toBe(2);
    expect(countUnread(entries, null, "7")).toBe(0);
  });

  it("does not count one's own posts as unread", () => {
    const own = makePost("12", makeUser("7", "me"));
    const retweeted = makeRetweet("11", makeUser("7", "me"), makePost("3"));
    const entries = feedEntries(openFeed({ items: [own, retweeted, makePost("10"), makePost("9")], next_cursor: null }));
    expect(countUnread(entries, "9", "7")).toBe(1);
  });

  it("finds the card of a folded id, and the next older one of a deleted id", () => {
    const original = makePost("8");
    const feed = openFeed({ items: [makeRetweet("12", makeUser("2", "ben"), original), makePost("10"), original], next_cursor: null });
    const entries = feedEntries(feed);
    expect(findEntry(entries, "8")?.key).toBe("12");
    expect(findEntry(entries, "11")?.key).toBe("10");
    expect(findEntry(entries, "1")?.key).toBe("10");
  });

  it("knows whether it reaches down to a post", () => {
    expect(reaches(openFeed(page([9, 8], "more")), "8")).toBe(true);
    expect(reaches(openFeed(page([9, 8], "more")), "7")).toBe(false);
    expect(reaches(openFeed(page([9, 8])), "7")).toBe(true);
  });
});
