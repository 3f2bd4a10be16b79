import { Link } from "react-router";
import type { Trend } from "@/api/types";
import { hashtagPath, postPath } from "@/post/paths";
import { safeHref } from "@/post/text";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { exactDate, exactNumber, sinceTime } from "@/ui/format";

const words = strings.trends;

interface TrendRowProps {
  trend: Trend;
  /** Shows what one of the posts with it says. */
  quoting?: boolean;
  className?: string;
}

export function TrendRow({ trend, quoting = false, className }: TrendRowProps) {
  const post = trend.posts[0];
  return (
    <li className={cx("relative transition-colors hover:bg-hover", className)}>
      <Subject trend={trend} />
      <p className="text-xs text-muted">
        <WhyItTrends trend={trend} />
      </p>
      {quoting && post && (
        <Link to={postPath(post)} className="relative z-10 mt-0.5 line-clamp-2 text-sm hover:underline">
          <bdi className="text-muted">@{post.author.username}:</bdi> <bdi>{post.text}</bdi>
        </Link>
      )}
    </li>
  );
}

function Subject({ trend }: { trend: Trend }) {
  const look = "block truncate font-semibold after:absolute after:inset-0 focus-visible:-outline-offset-2";
  const href = trend.url === null ? null : safeHref(trend.url);
  if (trend.type === "hashtag") {
    return (
      <Link to={hashtagPath(trend.name)} className={look}>
        <bdi>#{trend.name}</bdi>
      </Link>
    );
  }
  if (href === null) return <bdi className="block truncate font-semibold">{trend.name}</bdi>;
  return (
    <a href={href} title={href} target="_blank" rel="nofollow noopener noreferrer ugc" className={look}>
      <bdi>{trend.name}</bdi> <span aria-hidden="true">↗</span>
      <span className="sr-only">{words.opensElsewhere}</span>
    </a>
  );
}

/** How many people, and since when. */
export function WhyItTrends({ trend: { authors_count, since } }: { trend: Trend }) {
  return (
    <>
      {words.people(exactNumber(authors_count), authors_count)} · {words.since}{" "}
      <time dateTime={since} title={exactDate(since)}>
        {sinceTime(since)}
      </time>
    </>
  );
}
