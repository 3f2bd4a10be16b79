import { Link } from "react-router";
import type { Post } from "@/api/types";
import { useGoneHeight } from "@/live/link";
import { PostImages } from "@/media/PostImages";
import { ActionBar } from "@/post/ActionBar";
import { profilePath } from "@/post/paths";
import { PostMenu } from "@/post/PostMenu";
import { PostText } from "@/post/PostText";
import { MissingQuote, QuoteCard } from "@/post/QuoteCard";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { exactDate, exactNumber } from "@/ui/format";
import { VerifiedIcon } from "@/ui/icons";

interface FocusPostProps {
  post: Post;
  name: string;
  /** Does what it answers stand above? */
  answered: boolean;
}

/** The post that the page is about: larger, with its exact time and numbers. */
export function FocusPost({ post, name, answered }: FocusPostProps) {
  const { author } = post;
  if (useGoneHeight(post.id) !== undefined) {
    return (
      <article data-card={name} data-post={post.id} tabIndex={-1} className="px-4 py-10 text-center text-sm text-muted">
        <p role="status">{strings.thread.goneHere}</p>
      </article>
    );
  }
  return (
    <article data-card={name} data-post={post.id} tabIndex={-1} aria-labelledby="focus-author" className="px-4 pt-3.5">
      <div className="flex items-center gap-3">
        <Link to={profilePath(author)} tabIndex={-1} aria-hidden="true" className="rounded-full">
          <Avatar user={author} />
        </Link>
        <Link to={profilePath(author)} id="focus-author" className="group min-w-0 flex-1 text-sm">
          <span className="flex items-center gap-1.5">
            <bdi className="truncate font-semibold group-hover:underline">{author.display_name || author.username}</bdi>
            {author.verified && (
              <span className="shrink-0 text-accent">
                <VerifiedIcon width="1em" height="1em" />
                <span className="sr-only">{strings.ui.verified}</span>
              </span>
            )}
          </span>
          <span className="block truncate text-muted">@{author.username}</span>
        </Link>
        <PostMenu post={post} className="-me-3 text-muted" />
      </div>
      {!answered && post.reply_to !== null && (
        <p className="mt-2 text-sm text-muted">
          {post.reply_to_author ? (
            <>
              {strings.post.replyingTo}{" "}
              <Link to={profilePath(post.reply_to_author)} className="hover:underline">
                @{post.reply_to_author.username}
              </Link>
            </>
          ) : (
            strings.post.replyToGone
          )}
        </p>
      )}
      <PostText post={post} className="mt-3 text-lg leading-[1.45]" />
      <PostImages images={post.attachments} />
      {post.retweet_of_id !== null && (post.retweet_of ? <QuoteCard post={post.retweet_of} linked /> : <MissingQuote />)}
      <p className="mt-3 flex flex-wrap gap-x-4 text-sm text-muted">
        <time dateTime={post.created_at}>{exactDate(post.created_at)}</time>
      </p>
      <Numbers post={post} />
      <div className="border-t border-line py-0.5">
        <ActionBar post={post} counted={false} className="-me-2.5 max-w-none" />
      </div>
    </article>
  );
}

function Numbers({ post }: { post: Post }) {
  const words = strings.thread;
  const numbers = [
    { count: post.replies_count, word: words.repliesCount(post.replies_count) },
    { count: post.retweets_count, word: words.retweets(post.retweets_count) },
    { count: post.likes_count, word: words.likes(post.likes_count) },
  ].filter(({ count }) => count > 0);
  return (
    <p className="flex flex-wrap gap-x-4 pt-1 pb-3 text-sm text-muted">
      {numbers.map(({ count, word }) => (
        <span key={word}>
          <span className="font-semibold text-ink tabular-nums">{exactNumber(count)}</span> {word}
        </span>
      ))}
    </p>
  );
}
