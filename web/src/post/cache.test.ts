import { QueryClient } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import { keys } from "@/api/keys";
import { findCachedPost, mapPosts, removePost, removePostsBy, updatePost } from "./cache";
import { makePost, makeRetweet, makeUser } from "./fixtures";

const ada = makeUser("1", "ada");
const ben = makeUser("2", "ben");
const original = makePost("10", ada, "first");
const like = (post: typeof original) => ({ ...post, likes_count: post.likes_count + 1 });

function makeClient() {
  const client = new QueryClient();
  const thread = { ancestors: [], post: makePost("9", ben), replies: { items: [original, makePost("11", ben, "re", { reply_to: "10" })], next_cursor: null } };
  client.setQueryData(keys.home(), { posts: [makeRetweet("20", ben, original), original], older: null });
  client.setQueryData(keys.discover(), { pages: [{ items: [makePost("12", ben, "quote", { retweet_of: original, retweet_of_id: "10" })] }], pageParams: [null] });
  client.setQueryData(keys.thread("9"), thread);
  return client;
}

interface Lists {
  posts: (typeof original)[];
  pages: { items: (typeof original)[] }[];
  replies: { items: { id: string; deleted: boolean }[] };
}
const read = (client: QueryClient, key: readonly unknown[]) => client.getQueryData(key) as Lists;

describe("the post cache", () => {
  it("changes a post wherever it is, inside retweets and quotes too", () => {
    const client = makeClient();
    updatePost(client, "10", like);
    expect(read(client, keys.home()).posts.map((post) => (post.retweet_of ?? post).likes_count)).toEqual([1, 1]);
    expect(read(client, keys.discover()).pages[0]?.items[0]?.retweet_of?.likes_count).toBe(1);
    expect(read(client, keys.thread("9")).replies.items[0]).toMatchObject({ id: "10", likes_count: 1 });
  });

  it("leaves the identity of what it does not change", () => {
    const client = makeClient();
    const before = client.getQueryData(keys.thread("9"));
    updatePost(client, "99", like);
    expect(client.getQueryData(keys.thread("9"))).toBe(before);
    const data = { posts: [original, makePost("11")] };
    const next = mapPosts(data, (post) => (post.id === "10" ? like(post) : post));
    expect(next.posts[1]).toBe(data.posts[1]);
  });

  it("takes a deleted post and its retweets out of lists, leaves a gap in threads and an empty quote", () => {
    const client = makeClient();
    removePost(client, "10");
    expect(read(client, keys.home()).posts).toEqual([]);
    expect(read(client, keys.discover()).pages[0]?.items[0]).toMatchObject({ id: "12", retweet_of: null, retweet_of_id: "10" });
    expect(read(client, keys.thread("9")).replies.items.map((item) => [item.id, item.deleted])).toEqual([
      ["10", true],
      ["11", false],
    ]);
  });

  it("leaves the focus of a thread as it was, for the page to decide", () => {
    const client = makeClient();
    removePost(client, "9");
    expect(client.getQueryData(keys.thread("9"))).toMatchObject({ post: { id: "9", deleted: false } });
  });

  it("finds a post that a list has loaded", () => {
    const client = makeClient();
    expect(findCachedPost(client, "11")?.text).toBe("re");
    expect(findCachedPost(client, "99")).toBeUndefined();
  });

  it("hides an author", () => {
    const client = makeClient();
    removePostsBy(client, "1");
    expect(read(client, keys.home()).posts).toEqual([]);
  });
});
