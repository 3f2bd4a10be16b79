import type { ReactNode } from "react";
import { strings } from "@/strings";
import { Button } from "./Button";
import { problemText } from "./problem-text";

interface NoticeProps {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  icon?: ReactNode;
  /** h1 where the notice is the page. */
  heading?: "h1" | "h2";
}

/** A calm message in place of content: nothing there yet, not found, not allowed. */
export function Notice({ title, children, action, icon, heading: Heading = "h2" }: NoticeProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-16 text-center">
      {icon && <div className="mb-2 text-muted">{icon}</div>}
      <Heading className="text-lg font-semibold">{title}</Heading>
      {children && <div className="max-w-sm text-sm text-muted">{children}</div>}
      {action && <div className="mt-4">{action}</div>}
    </div>
  );
}

interface ErrorNoticeProps {
  title: string;
  error: unknown;
  onRetry: () => void;
  busy?: boolean;
}

/** What could not be loaded, why, and a way to try again. */
export function ErrorNotice({ title, error, onRetry, busy = false }: ErrorNoticeProps) {
  return (
    <div role="alert">
      <Notice
        title={title}
        action={
          <Button onClick={onRetry} busy={busy}>
            {strings.ui.retry}
          </Button>
        }
      >
        {problemText(error)}
      </Notice>
    </div>
  );
}
