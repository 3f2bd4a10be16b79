export type Id = string;

export interface UserSummary {
  id: Id;
  username: string;
  display_name: string;
  avatar_url: string | null;
  verified: boolean;
}

export interface UserRelation {
  following: boolean;
  followed_by: boolean;
  blocking: boolean;
  blocked_by: boolean;
  muting: boolean;
}

export interface User extends UserSummary {
  bio: string;
  banner_url: string | null;
  created_at: string;
  followers_count: number;
  following_count: number;
  posts_count: number;
  is_bot: boolean;
  viewer: UserRelation | null;
}

/** The signed-in person's own account: the only place where the e-mail address is shown. */
export interface Me extends User {
  email: string | null;
  role: "member" | "moderator" | "admin";
}

export interface Media {
  id: Id;
  type: string;
  url: string;
  thumbnail_url: string | null;
  width: number;
  height: number;
  alt: string;
  blurhash: string | null;
}

/** Offsets count Unicode code points of the post's text. */
export interface Entity {
  type: "mention" | "hashtag" | "link";
  start: number;
  end: number;
  value: string;
}

export interface PostViewer {
  liked: boolean;
  retweeted: boolean;
}

export interface Post {
  id: Id;
  author: UserSummary;
  text: string;
  created_at: string;
  reply_to: Id | null;
  reply_to_author: { id: Id; username: string } | null;
  conversation_id: Id;
  retweet_of: Post | null;
  retweet_of_id: Id | null;
  attachments: Media[];
  entities: Entity[];
  hashtags: string[];
  mentions: { id: Id; username: string }[];
  likes_count: number;
  retweets_count: number;
  replies_count: number;
  viewer: PostViewer | null;
  deleted: false;
}

/** What stays of a deleted or hidden post: its place in a thread. */
export interface Tombstone {
  id: Id;
  deleted: true;
  reply_to: Id | null;
  conversation_id: Id;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Thread {
  ancestors: (Post | Tombstone)[];
  post: Post;
  replies: Page<Post | Tombstone>;
}

export interface Markers {
  home: { post_id: Id; updated_at: string } | null;
}

export interface AuthAnswer {
  user: Me;
  access_token: string;
  refresh_token: string | null;
  token_type: string;
  /** Seconds from the moment of the answer. */
  expires_in: number;
}

export interface SessionInfo {
  id: Id;
  created_at: string;
  last_used_at: string;
  user_agent: string;
  address: string;
  current: boolean;
}

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string;
  request_id?: string;
  errors?: { field: string; message: string }[];
}

/** What the document itself may bring along, so that the first page needs no second round trip. */
export interface Boot {
  session: AuthAnswer | null;
  home: Page<Post> | null;
  discover: Page<Post> | null;
}
