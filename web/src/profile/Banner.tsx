import type { User } from "@/api/types";
import { callOf } from "@/ui/call";

const WIDTH = 600;
const HEIGHT = 144;
const PITCH = 12;
const NOTES = WIDTH / PITCH;

/** The person's call, drawn out over the whole width. */
export function Banner({ user }: { user: Pick<User, "id" | "banner_url"> }) {
  if (user.banner_url !== null) {
    return <img src={user.banner_url} alt="" width={1500} height={500} decoding="async" className="block aspect-[3/1] h-auto w-full bg-hover object-cover" />;
  }
  const { background, foreground, notes } = callOf(user.id, NOTES);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="xMidYMid slice"
      className="block h-28 w-full sm:h-36"
      aria-hidden="true"
      focusable="false"
    >
      <rect width={WIDTH} height={HEIGHT} fill={background} />
      <g stroke={foreground} strokeWidth={5} strokeLinecap="round" opacity={0.55}>
        {notes.map((note, i) => {
          const half = note * swell(i) * (HEIGHT / 2 - 24);
          const x = (i + 0.5) * PITCH;
          return <line key={i} x1={x} x2={x} y1={HEIGHT / 2 - half} y2={HEIGHT / 2 + half} />;
        })}
      </g>
    </svg>
  );
}

/** Three phrases with a breath between them. */
function swell(i: number): number {
  return 0.08 + 0.92 * Math.abs(Math.sin((i / NOTES) * Math.PI * 3));
}
