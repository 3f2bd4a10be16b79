import type { ReactNode } from "react";
import { Navigate, useSearchParams } from "react-router";
import { useDocumentTitle } from "@/app/use-document-title";
import { Mark } from "@/ui/Mark";
import { useSession } from "./context";
import { nextPath } from "./paths";

interface AuthPageProps {
  title: string;
  lead: string;
  children: ReactNode;
  footer: ReactNode;
}

/** The frame of the log-in and registration pages; someone with a session goes on to where they wanted to be. */
export function AuthPage({ title, lead, children, footer }: AuthPageProps) {
  const { status } = useSession();
  const [search] = useSearchParams();
  useDocumentTitle(title);
  if (status === "member") return <Navigate to={nextPath(search)} replace />;
  return (
    <div className="mx-auto max-w-md px-6 pt-[max(3rem,12vh)] pb-8">
      <Mark size={48} />
      <h1 tabIndex={-1} className="mt-6 text-2xl font-bold tracking-tight">
        {title}
      </h1>
      <p className="mt-1 mb-8 text-muted">{lead}</p>
      {children}
      <p className="mt-8 border-t border-line pt-6 text-sm text-muted">{footer}</p>
    </div>
  );
}
