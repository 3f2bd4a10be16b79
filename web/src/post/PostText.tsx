import { Link } from "react-router";
import type { Post } from "@/api/types";
import { cx } from "@/ui/cx";
import { hashtagPath, profilePath } from "./paths";
import { safeHref, shortenLink, splitText, type TextPiece } from "./text";

/** The words of a post, with people and addresses as links. */
export function PostText({ post, className }: { post: Pick<Post, "text" | "entities">; className?: string }) {
  return (
    <p dir="auto" className={cx("whitespace-pre-wrap", className)}>
      {splitText(post.text, post.entities).map((piece, index) => (
        <Piece key={index} piece={piece} />
      ))}
    </p>
  );
}

function Piece({ piece }: { piece: TextPiece }) {
  switch (piece.type) {
    case "text":
      return piece.text;
    case "mention":
      return (
        <Link to={profilePath({ username: piece.value })} className="text-accent hover:underline">
          <bdi>{piece.text}</bdi>
        </Link>
      );
    case "hashtag":
      return (
        <Link to={hashtagPath(piece.value)} className="text-accent hover:underline">
          <bdi>{piece.text}</bdi>
        </Link>
      );
    case "link": {
      const href = safeHref(piece.value);
      if (href === null) return piece.text;
      return (
        <a href={href} title={href} target="_blank" rel="nofollow noopener noreferrer ugc" className="text-accent underline decoration-1 underline-offset-3">
          <bdi>{shortenLink(href)}</bdi>
        </a>
      );
    }
  }
}
