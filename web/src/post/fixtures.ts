import type { Media, Post, UserSummary } from "@/api/types";

/** Builders for tests; nothing in the app imports them. */
export function makeUser(id: string, username: string): UserSummary {
  return { id, username, display_name: username, avatar_url: null, verified: false };
}

export function makePost(id: string, author = makeUser("1", "ada"), text = `post ${id}`, over: Partial<Post> = {}): Post {
  return {
    id,
    author,
    text,
    created_at: "2026-11-21T08:00:00.000Z",
    reply_to: null,
    reply_to_author: null,
    conversation_id: id,
    retweet_of: null,
    retweet_of_id: null,
    attachments: [],
    hashtags: [],
    mentions: [],
    entities: [],
    likes_count: 0,
    retweets_count: 0,
    replies_count: 0,
    viewer: { liked: false, retweeted: false },
    deleted: false,
    ...over,
  };
}

export function makeRetweet(id: string, author: UserSummary, original: Post): Post {
  return makePost(id, author, "", { retweet_of: original, retweet_of_id: original.id });
}

export function makeMedia(id: string, over: Partial<Media> = {}): Media {
  const url = `/media/${id}-960.webp`;
  return {
    id,
    type: "image",
    url,
    thumbnail_url: `/media/${id}-480.webp`,
    width: 960,
    height: 640,
    alt: "",
    blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
    variants: [
      { url: `/media/${id}-480.webp`, width: 480, height: 320 },
      { url, width: 960, height: 640 },
    ],
    ...over,
  };
}
