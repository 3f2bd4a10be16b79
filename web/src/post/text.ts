import type { Entity } from "@/api/types";

export type TextPiece =
  | { type: "text"; text: string }
  | { type: "mention" | "hashtag" | "link"; text: string; value: string };

/**
 * Cuts a post's text at its entities. Offsets count Unicode code points, so the text is walked by
 * code points; an entity that overlaps another or lies outside the text is left as plain text.
 */
export function splitText(text: string, entities: readonly Entity[]): TextPiece[] {
  const points = Array.from(text);
  const pieces: TextPiece[] = [];
  let position = 0;
  const plain = (end: number) => {
    if (end > position) pieces.push({ type: "text", text: points.slice(position, end).join("") });
  };
  for (const entity of [...entities].sort((a, b) => a.start - b.start)) {
    const { start, end } = entity;
    if (start < position || end <= start || end > points.length) continue;
    plain(start);
    pieces.push({ type: entity.type, text: points.slice(start, end).join(""), value: entity.value });
    position = end;
  }
  plain(points.length);
  return pieces;
}

const LINK_LENGTH = 36;

/** A link as people read it: no scheme, no "www.", not longer than a line on a phone. */
export function shortenLink(url: string): string {
  const bare = url.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "");
  return bare.length > LINK_LENGTH ? `${bare.slice(0, LINK_LENGTH - 1)}…` : bare;
}

/** Only web addresses become links, whatever the server says. */
export function safeHref(url: string): string | null {
  return /^https?:\/\//i.test(url) ? url : null;
}
