import type { Post } from "@/api/types";

/** The post as it looks with or without the viewer's like; the count follows only a real change. */
export function withLike(post: Post, liked: boolean): Post {
  const viewer = post.viewer ?? { liked: false, retweeted: false };
  if (viewer.liked === liked) return post;
  return { ...post, viewer: { ...viewer, liked }, likes_count: Math.max(0, post.likes_count + (liked ? 1 : -1)) };
}

export function withRetweet(post: Post, retweeted: boolean): Post {
  const viewer = post.viewer ?? { liked: false, retweeted: false };
  if (viewer.retweeted === retweeted) return post;
  return {
    ...post,
    viewer: { ...viewer, retweeted },
    retweets_count: Math.max(0, post.retweets_count + (retweeted ? 1 : -1)),
  };
}
