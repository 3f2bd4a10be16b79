import type { QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import type { Post, Thread } from "@/api/types";
import { addOwn, type HomeFeed } from "@/home/feed";
import { updatePost } from "@/post/cache";

type ThreadPages = { pages: Thread[]; pageParams: unknown[] };

/** Puts a post that has just been accepted where its author expects to see it. */
export function placeArrival(queries: QueryClient, post: Post): void {
  if (post.reply_to === null) queries.setQueryData<HomeFeed>(keys.home(), (feed) => feed && addOwn(feed, post));
  else placeReply(queries, post, post.reply_to);
  void queries.invalidateQueries({ queryKey: keys.user(post.author.username) });
}

function placeReply(queries: QueryClient, post: Post, parentId: string): void {
  updatePost(queries, parentId, (parent) => ({ ...parent, replies_count: parent.replies_count + 1 }));
  for (const query of queries.getQueryCache().findAll({ queryKey: keys.posts() })) {
    if (query.queryKey.at(-1) !== "thread") continue;
    queries.setQueryData<ThreadPages>(query.queryKey, (thread) => thread && withReply(thread, post, parentId));
  }
}

/** The new reply comes first among the answers to its parent. */
export function withReply(thread: ThreadPages, post: Post, parentId: string): ThreadPages {
  let placed = false;
  const pages = thread.pages.map((page, index) => {
    const { items } = page.replies;
    const parentAt = items.findIndex((item) => item.id === parentId);
    const answersRoot = index === 0 && page.post.id === parentId;
    if (placed || (parentAt < 0 && !answersRoot) || items.some((item) => item.id === post.id)) return page;
    placed = true;
    return { ...page, replies: { ...page.replies, items: items.toSpliced(parentAt + 1, 0, post) } };
  });
  return placed ? { ...thread, pages } : thread;
}
