import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "@/api/keys";
import type { Post } from "@/api/types";
import { openFeed, type HomeFeed } from "@/home/feed";
import { makePost } from "@/post/fixtures";
import { LiveLink } from "./link";
import { LiveNews } from "./news";

const COUNTS = { likes_count: 3, retweets_count: 2, replies_count: 1 };
const made: LiveNews[] = [];

function begin(posts: Post[] | null = [makePost("9"), makePost("8")], seenTop: string | null = "9") {
  const queries = new QueryClient();
  const link = new LiveLink();
  const seen = new Map<string, HTMLElement>();
  if (posts) queries.setQueryData(keys.home(), openFeed({ items: posts, next_cursor: null }));
  const news = new LiveNews({
    queries,
    link,
    cardsOf: (id) => [seen.get(id)].filter((card) => card !== undefined),
    seenTop: () => seenTop,
  });
  made.push(news);
  const look = (id: string) => {
    const card = document.createElement("article");
    card.dataset["post"] = id;
    seen.set(id, card);
  };
  const feed = () => queries.getQueryData<HomeFeed>(keys.home());
  const ids = () => feed()?.posts.map(({ id }) => id);
  return { queries, link, news, seen, look, feed, ids };
}

const post = (id: string) => ({ type: "post", event_id: "e", post: makePost(id) }) as const;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  made.splice(0).forEach((news) => news.stop());
  vi.useRealTimers();
});

describe("live news", () => {
  it("puts several posts in at once, and asks the list to keep its place before", () => {
    const { news, link, ids } = begin();
    const hold = vi.fn(() => expect(ids()).toEqual(["9", "8"]));
    link.onChange(hold);
    news.take(post("12"));
    news.take(post("11"));
    vi.advanceTimersByTime(300);
    expect(ids()).toEqual(["12", "11", "9", "8"]);
    expect(hold).toHaveBeenCalledTimes(1);
  });

  it("takes a post that comes by both ways once", () => {
    const { news, ids } = begin();
    news.take(post("9"));
    news.take(post("12"));
    news.take(post("12"));
    vi.advanceTimersByTime(300);
    expect(ids()).toEqual(["12", "9", "8"]);
  });

  it("leaves a very long list to be loaded when the reader wants it", () => {
    const { news, feed } = begin();
    for (let n = 0; n < 301; n += 1) news.take(post(String(1000 + n)));
    vi.advanceTimersByTime(300);
    expect(feed()?.posts).toHaveLength(2);
    expect(feed()?.moreAbove).toBe(true);
  });

  it("does not take an empty home away from who chooses whom to follow", () => {
    const { news, queries, ids } = begin([]);
    news.take(post("12"));
    vi.advanceTimersByTime(300);
    expect(ids()).toEqual([]);
    expect(queries.getQueryState(keys.home())?.isInvalidated).toBe(true);
  });

  it("adds what came while the page was on its way", async () => {
    const { news, queries, ids } = begin(null);
    const arrived = queries.fetchQuery({
      queryKey: keys.home(),
      queryFn: async () => openFeed({ items: [makePost("9")], next_cursor: null }),
    });
    news.take(post("12"));
    await arrived;
    vi.advanceTimersByTime(300);
    expect(ids()).toEqual(["12", "9"]);
  });

  it("follows the counts of posts wherever they are listed", () => {
    const { news, feed } = begin();
    news.take({ type: "counts", post_id: "8", ...COUNTS });
    vi.advanceTimersByTime(300);
    expect(feed()?.posts[1]).toMatchObject(COUNTS);
    expect(feed()?.posts[0]).toMatchObject({ likes_count: 0 });
  });

  it("believes the viewer for a moment more than the counts", () => {
    const { news, link, feed } = begin();
    link.touch("8");
    news.take({ type: "counts", post_id: "8", ...COUNTS });
    vi.advanceTimersByTime(600);
    expect(feed()?.posts[1]).toMatchObject({ likes_count: 0 });
    vi.advanceTimersByTime(4000);
    expect(feed()?.posts[1]).toMatchObject(COUNTS);
  });

  it("takes a deleted post away at once where nobody sees it", () => {
    const { news, ids } = begin();
    news.take({ type: "delete", event_id: "e", post_id: "8" });
    expect(ids()).toEqual(["9"]);
  });

  it("keeps the room of a deleted post until it is out of sight", () => {
    const { news, link, look, seen, ids } = begin();
    look("8");
    news.take({ type: "delete", event_id: "e", post_id: "8" });
    expect(link.goneHeight("8")).toBeDefined();
    expect(ids()).toEqual(["9", "8"]);
    seen.clear();
    news.sweep();
    expect(ids()).toEqual(["9"]);
    expect(link.goneHeight("8")).toBeUndefined();
  });

  it("does not show a post that was deleted right after it came", () => {
    const { news, ids } = begin();
    news.take(post("12"));
    news.take({ type: "delete", event_id: "e", post_id: "12" });
    vi.advanceTimersByTime(300);
    expect(ids()).toEqual(["9", "8"]);
  });

  it("loads home anew when the server cannot say what has changed", () => {
    const { news, queries } = begin();
    news.take({ type: "reload", event_id: "e" });
    expect(queries.getQueryState(keys.home())?.isInvalidated).toBe(true);
  });
});
