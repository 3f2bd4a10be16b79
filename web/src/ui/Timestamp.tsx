import { exactDate, relativeTime } from "./format";

export function Timestamp({ at }: { at: string }) {
  const exact = exactDate(at);
  return (
    <time dateTime={at} title={exact}>
      <span aria-hidden="true">{relativeTime(at)}</span>
      <span className="sr-only">{exact}</span>
    </time>
  );
}
