import { Link } from "react-router";
import type { Post } from "@/api/types";
import { strings } from "@/strings";
import { cx } from "@/ui/cx";
import { VerifiedIcon } from "@/ui/icons";
import { Timestamp } from "@/ui/Timestamp";
import { postPath, profilePath } from "./paths";

interface BylineProps {
  post: Post;
  /** Cards that are links themselves name the author without further links. */
  linked?: boolean;
  className?: string;
}

/** Who wrote a post, and when: one line, of which the name gives way last. */
export function Byline({ post, linked = true, className }: BylineProps) {
  const { author } = post;
  const names = (
    <>
      <bdi className="min-w-0 shrink truncate font-semibold text-ink">{author.display_name || author.username}</bdi>
      {author.verified && (
        <span className="shrink-0 text-accent">
          <VerifiedIcon width="1em" height="1em" />
          <span className="sr-only">{strings.ui.verified}</span>
        </span>
      )}
      <span className="min-w-0 shrink-[999] truncate">@{author.username}</span>
    </>
  );
  const line = "flex min-w-0 items-center gap-1.5";
  return (
    <div className={cx(line, "text-sm text-muted", className)}>
      {linked ? (
        <Link to={profilePath(author)} className={cx(line, "-my-0.5 min-h-6 hover:[&>bdi]:underline")}>
          {names}
        </Link>
      ) : (
        <span className={line}>{names}</span>
      )}
      <span aria-hidden="true">·</span>
      {linked ? (
        <Link to={postPath(post)} className="-my-0.5 inline-flex min-h-6 min-w-6 shrink-0 items-center hover:underline">
          <Timestamp at={post.created_at} />
        </Link>
      ) : (
        <span className="shrink-0">
          <Timestamp at={post.created_at} />
        </span>
      )}
    </div>
  );
}
