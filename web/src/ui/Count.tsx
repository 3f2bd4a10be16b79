import { compactNumber, exactNumber } from "./format";

/** Compact for the eye, exact for screen readers and on hover. */
export function Count({ value }: { value: number }) {
  const exact = exactNumber(value);
  return (
    <span title={exact}>
      <span aria-hidden="true">{compactNumber(value)}</span>
      <span className="sr-only">{exact}</span>
    </span>
  );
}
