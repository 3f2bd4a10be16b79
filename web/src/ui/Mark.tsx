interface MarkProps {
  size?: number;
  className?: string;
}

/** The mark: an open beak and the three waves of a call. */
export function Mark({ size = 32, className }: MarkProps) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} className={className} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="10" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeWidth="2.75" strokeLinecap="round">
        <path d="M8 13v6M13 9.5v13M18 12.5v7" />
        <path d="M22.5 12.5c1.7 2 1.7 5 0 7" />
      </g>
    </svg>
  );
}
