import { useState } from "react";
import type { UserSummary } from "@/api/types";
import { callOf } from "./call";
import { cx } from "./cx";

interface AvatarProps {
  user: Pick<UserSummary, "id" | "avatar_url">;
  size?: number;
  className?: string;
}

const BOX = 40;
const PITCH = 5.2;

/** Decorative: the name always stands next to it. */
export function Avatar({ user, size = 44, className }: AvatarProps) {
  const shape = cx("shrink-0 rounded-full", className);
  const [missing, setMissing] = useState<string | null>(null);
  if (user.avatar_url !== null && user.avatar_url !== missing) {
    return (
      <img
        src={user.avatar_url}
        alt=""
        width={size}
        height={size}
        loading="lazy"
        decoding="async"
        onError={() => setMissing(user.avatar_url)}
        className={cx(shape, "bg-hover object-cover")}
      />
    );
  }
  const { background, foreground, notes } = callOf(user.id);
  return (
    <svg viewBox={`0 0 ${BOX} ${BOX}`} width={size} height={size} className={shape} aria-hidden="true" focusable="false">
      <circle cx={BOX / 2} cy={BOX / 2} r={BOX / 2} fill={background} />
      <g stroke={foreground} strokeWidth={3} strokeLinecap="round">
        {notes.map((note, i) => {
          const x = BOX / 2 + (i - (notes.length - 1) / 2) * PITCH;
          const half = note * (i === 0 || i === notes.length - 1 ? 5.5 : 9.5);
          return <line key={i} x1={x} x2={x} y1={BOX / 2 - half} y2={BOX / 2 + half} />;
        })}
      </g>
    </svg>
  );
}
