export function Spinner({ label }: { label?: string }) {
  return (
    <span className="inline-flex items-center" role={label ? "status" : undefined}>
      <svg viewBox="0 0 24 24" width="1.25em" height="1.25em" className="animate-spin" aria-hidden="true">
        <circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" strokeWidth="2.5" opacity="0.25" />
        <path d="M21 12a9 9 0 0 0-9-9" fill="none" stroke="currentColor" strokeWidth="2.5" strokeLinecap="round" />
      </svg>
      {label && <span className="sr-only">{label}</span>}
    </span>
  );
}
