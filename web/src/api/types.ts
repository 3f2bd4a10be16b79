import type { components } from "./schema";

type Schemas = components["schemas"];

export type Id = string;

export type UserSummary = Schemas["UserSummary"];
export type User = Schemas["User"];
/** The signed-in person's own account: the only place where the e-mail address is shown. */
export type Me = Schemas["Me"];

export type Media = Schemas["Media"];
/** Offsets count Unicode code points of the post's text. */
export type Entity = Schemas["TextEntity"];
export type PostViewer = Schemas["PostViewer"];
export type Post = Schemas["Post"];

/** A hashtag without its sign, and how many posts have it. */
export type HashtagCount = Schemas["Hashtag"];
/** A hashtag or link that more people use than usually do. */
export type Trend = Schemas["TrendAnswer"];

/** What stays of a deleted or hidden post: its place in a thread. */
export type Tombstone = Schemas["Gap"];

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export type Thread = Schemas["ThreadAnswer"];

export type Markers = Schemas["MarkersAnswer"];

export type AuthAnswer = Schemas["Authenticated"];
export type Credentials = Schemas["Login"];
export type Registration = Schemas["Registration"];
export type ProfileEdit = Schemas["ProfileEdit"];
export type SessionInfo = Schemas["Session"];

export type Notification = Schemas["Notification"];
export type NotificationKind = Notification["type"];
export type UnreadCountAnswer = Schemas["UnreadCount"];
export type NotificationPreferences = Schemas["Preferences"];
export type PushServices = Schemas["PushServicesAnswer"];

export type ProblemBody = Schemas["Problem"];

/** What the document itself may bring along, so that the first page needs no second round trip. */
export interface Boot {
  session: AuthAnswer | null;
  home: Page<Post> | null;
  /** Where reading stopped, if the document says so. */
  markers?: Markers;
  discover: Page<Post> | null;
  trends: Page<Trend> | null;
}
