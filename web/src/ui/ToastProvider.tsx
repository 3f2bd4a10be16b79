import { useCallback, useEffect, useState, type ReactNode } from "react";
import { strings } from "@/strings";
import { cx } from "./cx";
import { IconButton } from "./IconButton";
import { CloseIcon } from "./icons";
import { ToastContext, type Toast } from "./toast-context";

const STAY_MS = 6_000;
const STAY_WITH_ACTION_MS = 12_000;

interface ShownToast extends Toast {
  key: number;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<ShownToast | null>(null);

  const show = useCallback((toast: Toast) => {
    setShown((before) => ({ ...toast, key: (before?.key ?? 0) + 1 }));
  }, []);
  const hide = useCallback(() => setShown(null), []);

  return (
    <ToastContext value={show}>
      {children}
      <div
        role="status"
        aria-live="polite"
        className="pointer-events-none fixed inset-x-0 bottom-[calc(var(--bar-height)+env(safe-area-inset-bottom)+0.75rem)] z-40 flex justify-center px-4 md:bottom-6"
      >
        {shown && <ToastCard key={shown.key} toast={shown} onHide={hide} />}
      </div>
    </ToastContext>
  );
}

function ToastCard({ toast, onHide }: { toast: Toast; onHide: () => void }) {
  const [held, setHeld] = useState(false);
  const { action } = toast;

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(onHide, action ? STAY_WITH_ACTION_MS : STAY_MS);
    return () => clearTimeout(timer);
  }, [held, action, onHide]);

  return (
    <div
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      className="pointer-events-auto flex max-w-md animate-rise items-center gap-2 rounded-card bg-ink py-1 ps-4 pe-1 text-sm text-canvas shadow-float"
    >
      <p className={cx("py-2", toast.tone === "error" && "font-medium")}>{toast.message}</p>
      {action && (
        <button
          type="button"
          className="min-h-11 shrink-0 rounded-full px-3 whitespace-nowrap font-semibold underline underline-offset-4"
          onClick={() => {
            onHide();
            action.onAct();
          }}
        >
          {action.label}
        </button>
      )}
      <IconButton label={strings.ui.dismiss} icon={<CloseIcon />} onClick={onHide} className="hover:bg-transparent" />
    </div>
  );
}
