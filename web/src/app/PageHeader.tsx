import type { ReactNode } from "react";
import { useLocation, useNavigate } from "react-router";
import { strings } from "@/strings";
import { BackIcon } from "@/ui/icons";
import { IconButton } from "@/ui/IconButton";
import { useDocumentTitle } from "./use-document-title";

interface PageHeaderProps {
  title: string;
  /** A second, quiet line under the title. */
  subtitle?: ReactNode;
  /** What the window's title says, when it is not the same. */
  documentTitle?: string;
  back?: boolean;
  action?: ReactNode;
  /** Stands in the place of the title, which is then only read out. */
  children?: ReactNode;
}

/** The head of the middle column: the page's only h1, the way back, and what can be done here. */
export function PageHeader({ title, subtitle, documentTitle, back = false, action, children }: PageHeaderProps) {
  useDocumentTitle(documentTitle ?? title);
  return (
    <header className="sticky top-0 z-20 flex min-h-[calc(var(--header-height)+env(safe-area-inset-top))] items-center gap-1 border-b border-line bg-canvas/92 px-4 pt-[env(safe-area-inset-top)] backdrop-blur-md">
      {back && <BackButton />}
      <div className="min-w-0 flex-1">
        <h1 tabIndex={-1} dir="auto" className={children ? "sr-only" : "truncate text-lg font-bold"}>
          {title}
        </h1>
        {subtitle && <p className="truncate text-xs text-muted">{subtitle}</p>}
        {children}
      </div>
      {action}
    </header>
  );
}

function BackButton() {
  const navigate = useNavigate();
  const { key } = useLocation();
  return (
    <IconButton
      label={strings.ui.back}
      icon={<BackIcon />}
      className="-ms-2.5"
      onClick={() => {
        // The first entry has nothing of ours behind it.
        if (key === "default") void navigate("/");
        else void navigate(-1);
      }}
    />
  );
}
