interface MarkProps {
  size?: number;
  className?: string;
}

/** The mark: a small bird, and its call. */
export function Mark({ size = 32, className }: MarkProps) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} className={className} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="10" fill="var(--accent)" />
      <g fill="none" stroke="var(--on-accent)" strokeLinecap="round" strokeLinejoin="round">
        <path d="M7 23c6.5 1.5 12-2 12-8.5a4 4 0 0 0-8 0c0 4-1.5 6.5-4 8.5z" fill="var(--on-accent)" strokeWidth="2.6" />
        <path d="M22.8 10.5c1.2 2 1.2 4.4 0 6.4M26 8.5c2 3.2 2 7.2 0 10.4" strokeWidth="2" />
      </g>
      <circle cx="15.3" cy="14" r="1.3" fill="var(--accent)" />
    </svg>
  );
}
