import { Link } from "react-router";
import type { Post } from "@/api/types";
import { PostImages } from "@/media/PostImages";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { Byline } from "./Byline";
import { postPath } from "./paths";

/** A post inside another: enough to know what is talked about, and the way to it. */
export function QuoteCard({ post, linked = false }: { post: Post; linked?: boolean }) {
  return (
    <div className="relative mt-2 overflow-hidden rounded-card border border-line px-3.5 py-2.5 transition-colors has-[a:hover]:bg-hover">
      <div className="flex items-center gap-2">
        <Avatar user={post.author} size={22} />
        <Byline post={post} linked={false} />
      </div>
      <p dir="auto" className="mt-1 line-clamp-6 text-sm whitespace-pre-wrap">
        {post.text}
      </p>
      <PostImages images={post.attachments} quoted />
      {linked && (
        <Link to={postPath(post)} className="absolute inset-0 rounded-card focus-visible:-outline-offset-2">
          <span className="sr-only">{strings.post.openQuoted(post.author.username)}</span>
        </Link>
      )}
    </div>
  );
}

export function MissingQuote() {
  return <p className="mt-2 rounded-card border border-line px-3.5 py-3 text-sm text-muted">{strings.post.quoteGone}</p>;
}
