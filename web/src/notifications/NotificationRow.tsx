import { memo, useId, type KeyboardEvent, type MouseEvent } from "react";
import { Link, useNavigate } from "react-router";
import type { Me, Notification, NotificationKind, UserSummary } from "@/api/types";
import { ActionBar } from "@/post/ActionBar";
import { meantForTheCard } from "@/post/meant-for-the-card";
import { profilePath } from "@/post/paths";
import { PostText } from "@/post/PostText";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { cx } from "@/ui/cx";
import { compactNumber } from "@/ui/format";
import { IconButton } from "@/ui/IconButton";
import { CheckIcon, FollowIcon, HeartIcon, MentionIcon, QuoteIcon, ReplyIcon, RetweetIcon } from "@/ui/icons";
import { Timestamp } from "@/ui/Timestamp";
import { isWords, namedActors, pathOf, type MarkRead } from "./sentence";

interface NotificationRowProps {
  item: Notification;
  me: Me;
  onRead: MarkRead;
  position: number;
  setSize: number;
}

/** What others did, in one row: who, what, and to which post. */
export const NotificationRow = memo(function NotificationRow({ item, me, onRead, position, setSize }: NotificationRowProps) {
  const navigate = useNavigate();
  const id = useId();
  const path = pathOf(item, me);
  const words = isWords(item);
  const read = () => {
    if (!item.is_read) onRead(item.id);
  };
  const open = () => {
    read();
    void navigate(path);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target === event.currentTarget) open();
  };
  const onClick = (event: MouseEvent) => {
    if (meantForTheCard(event)) open();
  };

  return (
    // The time is the link that assistive technology uses; the rest of the row only makes the target larger.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <article
      data-card={item.id}
      data-post={words ? item.post?.id : undefined}
      // The feed pattern moves the focus from article to article.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-labelledby={`${id}-what`}
      aria-posinset={position}
      aria-setsize={setSize}
      onClick={onClick}
      onKeyDown={onKeyDown}
      className={cx(
        "flex cursor-pointer gap-3 border-b border-line px-4 pt-3.5 transition-colors focus-visible:-outline-offset-2",
        words ? "pb-1.5" : "pb-3.5",
        item.is_read ? "hover:bg-hover/60" : "bg-accent-soft/60 hover:bg-accent-soft",
      )}
    >
      <KindIcon kind={item.type} />
      <div className="min-w-0 flex-1">
        <div className="flex items-start justify-between gap-2">
          <Faces people={item.actors} />
          {!item.is_read && (
            <IconButton label={strings.notifications.markRead} icon={<CheckIcon />} onClick={read} className="-my-1.5 -me-2.5 text-muted" />
          )}
        </div>
        <p id={`${id}-what`} className="mt-1.5">
          {!item.is_read && <span className="sr-only">{strings.notifications.unread}: </span>}
          <Who item={item} me={me} /> {strings.notifications.did[item.type]}{" "}
          <Link to={path} onClick={read} className="text-sm whitespace-nowrap text-muted hover:underline">
            <Timestamp at={item.created_at} />
          </Link>
        </p>
        {item.post && (
          <PostText post={item.post} className={words ? "mt-0.5 line-clamp-6" : "mt-0.5 line-clamp-2 text-sm text-muted"} />
        )}
        {item.post && words && <ActionBar post={item.post} className="mt-0.5" />}
      </div>
    </article>
  );
});

const ICONS = {
  like: { Icon: HeartIcon, tone: "text-like", filled: true },
  retweet: { Icon: RetweetIcon, tone: "text-retweet", filled: false },
  follow: { Icon: FollowIcon, tone: "text-accent", filled: true },
  reply: { Icon: ReplyIcon, tone: "text-accent", filled: false },
  mention: { Icon: MentionIcon, tone: "text-accent", filled: false },
  quote: { Icon: QuoteIcon, tone: "text-accent", filled: false },
} satisfies Record<NotificationKind, unknown>;

function KindIcon({ kind }: { kind: NotificationKind }) {
  const { Icon, tone, filled } = ICONS[kind];
  return (
    <span className={cx("flex w-8 shrink-0 justify-center pt-1", tone)}>
      <Icon filled={filled} width={24} height={24} />
    </span>
  );
}

function Faces({ people }: { people: readonly UserSummary[] }) {
  return (
    <div className="flex flex-wrap gap-1">
      {people.map((person) => (
        <Link key={person.id} to={profilePath(person)} tabIndex={-1} aria-hidden="true" className="rounded-full">
          <Avatar user={person} size={32} />
        </Link>
      ))}
    </div>
  );
}

/** "A", "A and B", or "A and 41 others". */
function Who({ item, me }: { item: Notification; me: Me }) {
  const { named, others } = namedActors(item);
  const words = strings.notifications;
  return (
    <>
      {named.map((person, at) => (
        <span key={person.id}>
          {at > 0 && ` ${words.and} `}
          <Link to={profilePath(person)} className="font-semibold hover:underline">
            <bdi>{person.display_name || person.username}</bdi>
          </Link>
        </span>
      ))}
      {others > 0 && (
        <>
          {` ${words.and} `}
          {item.post ? (
            <span className="font-semibold">{words.others(compactNumber(others), others === 1)}</span>
          ) : (
            <Link to={pathOf(item, me)} className="font-semibold hover:underline">
              {words.others(compactNumber(others), others === 1)}
            </Link>
          )}
        </>
      )}
    </>
  );
}
