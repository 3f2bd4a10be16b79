import { useId, type ReactNode } from "react";

interface SectionProps {
  /** What a link leads to. */
  id?: string;
  title: string;
  lead?: string;
  children: ReactNode;
}

export function Section({ id, title, lead, children }: SectionProps) {
  const titleId = useId();
  return (
    <section id={id} aria-labelledby={titleId} className="scroll-mt-(--header-height) border-b border-line px-4 py-6 last:border-b-0 sm:px-6">
      <h2 id={titleId} className="text-base font-bold">
        {title}
      </h2>
      {lead && <p className="mt-1 text-sm text-muted">{lead}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}
