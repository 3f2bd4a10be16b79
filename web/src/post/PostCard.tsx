import { memo, useId, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { Link, useNavigate } from "react-router";
import type { Id, Post, UserSummary } from "@/api/types";
import { useGoneHeight } from "@/live/link";
import { PostImages } from "@/media/PostImages";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { cx } from "@/ui/cx";
import { ActionBar } from "./ActionBar";
import { Byline } from "./Byline";
import { meantForTheCard } from "./meant-for-the-card";
import { postPath, profilePath } from "./paths";
import { PostMenu } from "./PostMenu";
import { PostText } from "./PostText";
import { MissingQuote, QuoteCard } from "./QuoteCard";
import { RetweetedBy } from "./RetweetedBy";

export interface PostCardProps {
  post: Post;
  /** The card's name in its list; the list finds, focuses and remembers cards by it. */
  name: string;
  retweeters?: readonly UserSummary[];
  /** Place in a feed, counted from 1, and the feed's size, -1 while unknown. */
  position?: number;
  setSize?: number;
  /** In threads the line above already says who is answered. */
  showReplyTo?: boolean;
  /** What hangs below the avatar: a thread's guide. */
  rail?: ReactNode;
  avatarSize?: number;
  className?: string;
}

/** A post as one looks at it in a list. The card opens the thread; what is inside does its own. */
export const PostCard = memo(function PostCard({
  post,
  name,
  retweeters = [],
  position,
  setSize,
  showReplyTo = true,
  rail,
  avatarSize = 44,
  className,
}: PostCardProps) {
  const navigate = useNavigate();
  const id = useId();
  const goneHeight = useGoneHeight(post.id);
  const open = () => void navigate(postPath(post));
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && event.target === event.currentTarget) open();
  };
  const onClick = (event: MouseEvent) => {
    if (!meantForTheCard(event)) return;
    if (event.ctrlKey || event.metaKey) window.open(postPath(post), "_blank", "noopener");
    else open();
  };

  if (goneHeight !== undefined) return <GoneCard name={name} post={post.id} height={goneHeight} className={className} />;
  return (
    // The time is the link that assistive technology uses; the rest of the card only makes the target larger.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <article
      data-card={name}
      data-post={post.id}
      // The feed pattern moves the focus from article to article.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      aria-labelledby={`${id}-by`}
      aria-describedby={`${id}-text`}
      aria-posinset={position}
      aria-setsize={setSize}
      onClick={onClick}
      onKeyDown={onKeyDown}
      className={cx(
        "cursor-pointer px-4 [content-visibility:auto] transition-colors hover:bg-hover/60 focus-visible:-outline-offset-2",
        post.attachments.length > 0 ? "[contain-intrinsic-size:auto_30rem]" : "[contain-intrinsic-size:auto_10rem]",
        className,
      )}
    >
      {retweeters.length > 0 && <RetweetedBy people={retweeters} />}
      <div className="flex gap-3">
        <div className="flex shrink-0 flex-col items-center">
          <Link to={profilePath(post.author)} tabIndex={-1} aria-hidden="true" className="rounded-full">
            <Avatar user={post.author} size={avatarSize} />
          </Link>
          {rail}
        </div>
        <div className="min-w-0 flex-1">
          <div className="-mt-0.5 flex items-center justify-between gap-2">
            <div id={`${id}-by`} className="min-w-0">
              <Byline post={post} />
            </div>
            <PostMenu post={post} className="-my-2.5 -me-3 text-muted" />
          </div>
          {showReplyTo && post.reply_to !== null && <ReplyTo post={post} />}
          <div id={`${id}-text`}>
            <PostText post={post} className="line-clamp-[14]" />
            <PostImages images={post.attachments} />
            {post.retweet_of_id !== null && (post.retweet_of ? <QuoteCard post={post.retweet_of} linked /> : <MissingQuote />)}
          </div>
          <ActionBar post={post} className="mt-0.5" />
        </div>
      </div>
    </article>
  );
});

interface GoneCardProps {
  name: string;
  post: Id;
  height: number;
  className: string | undefined;
}

/** What was deleted while somebody looks at it keeps its room, so that nothing else moves. */
function GoneCard({ name, post, height, className }: GoneCardProps) {
  return (
    <article
      data-card={name}
      data-post={post}
      style={{ minHeight: height }}
      className={cx("grid place-items-center px-4 text-sm text-muted", className)}
    >
      <p role="status">{strings.thread.goneHere}</p>
    </article>
  );
}

function ReplyTo({ post }: { post: Post }) {
  const parent = post.reply_to_author;
  if (parent === null) return <p className="text-sm text-muted">{strings.post.replyToGone}</p>;
  return (
    <p className="text-sm text-muted">
      {strings.post.replyingTo}{" "}
      <Link to={profilePath(parent)} className="hover:underline">
        @{parent.username}
      </Link>
    </p>
  );
}
