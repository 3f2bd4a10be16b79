import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import type { Post, Thread } from "@/api/types";
import { openFeed, type HomeFeed } from "@/home/feed";
import { makePost } from "@/post/fixtures";
import { placeArrival } from "./arrivals";

const root = makePost("1");
const reply = (id: string, to: string) => makePost(id, undefined, `reply ${id}`, { reply_to: to, conversation_id: "1" });

function makeClient(items: Post[]) {
  const queries = new QueryClient();
  const thread: Thread = { ancestors: [], post: root, replies: { items, next_cursor: null } };
  queries.setQueryData(keys.thread("1"), { pages: [thread], pageParams: [null] });
  queries.setQueryData(keys.home(), openFeed({ items: [root], next_cursor: null }));
  return queries;
}

const thread = (queries: QueryClient) => (queries.getQueryData(keys.thread("1")) as { pages: Thread[] }).pages[0];
const home = (queries: QueryClient) => queries.getQueryData<HomeFeed>(keys.home())?.posts ?? [];

describe("placeArrival", () => {
  it("puts a new post on top of home", () => {
    const queries = makeClient([]);
    placeArrival(queries, makePost("9"));
    expect(home(queries).map((post) => post.id)).toEqual(["9", "1"]);
  });

  it("puts a reply right below what it answers and counts it there", () => {
    const queries = makeClient([reply("2", "1"), reply("3", "2"), reply("4", "1")]);
    placeArrival(queries, reply("9", "2"));
    expect(thread(queries)?.replies.items.map((item) => item.id)).toEqual(["2", "9", "3", "4"]);
    expect(thread(queries)?.replies.items[0]).toMatchObject({ replies_count: 1 });
    expect(home(queries).map((post) => post.id)).toEqual(["1"]);
  });

  it("puts a reply to the post in focus first", () => {
    const queries = makeClient([reply("2", "1")]);
    placeArrival(queries, reply("9", "1"));
    expect(thread(queries)?.replies.items.map((item) => item.id)).toEqual(["9", "2"]);
    expect(thread(queries)?.post.replies_count).toBe(1);
    expect(home(queries)[0]?.replies_count).toBe(1);
  });

  it("shows a reply once, even when it comes twice", () => {
    const queries = makeClient([]);
    placeArrival(queries, reply("9", "1"));
    placeArrival(queries, reply("9", "1"));
    expect(thread(queries)?.replies.items).toHaveLength(1);
  });
});
