import { useId, useLayoutEffect, useRef, type ReactNode } from "react";
import { strings } from "@/strings";
import { cx } from "./cx";
import { IconButton } from "./IconButton";
import { CloseIcon } from "./icons";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Stands right of the title, where a thumb finds it. */
  action?: ReactNode;
  /** A sheet fills the phone from the bottom and floats as a card on wide screens; a plain dialog is always a small card. */
  shape?: "sheet" | "card";
  /** Whether it can be left without answering. */
  dismissible?: boolean;
  /** Holds something typed: only the close button leaves it, no stray click or key. */
  guarded?: boolean;
  className?: string;
}

/**
 * A modal dialog on the native element: the browser keeps the focus inside and makes the page inert;
 * on closing, focus returns to where it was.
 */
export function Dialog({ open, ...props }: DialogProps) {
  return open ? <OpenDialog {...props} /> : null;
}

function OpenDialog({
  onClose,
  title,
  children,
  action,
  shape = "card",
  dismissible = true,
  guarded = false,
  className,
}: Omit<DialogProps, "open">) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  // Before the next frame, in which what is inside may ask for the focus.
  useLayoutEffect(() => {
    const dialog = ref.current;
    const opener = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
    };
  }, []);

  return (
    // A click on the backdrop arrives at the dialog element itself; Escape does the same for the keyboard.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // Closing a file chooser is told by an event of the same name, which bubbles.
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        if (dismissible && !guarded) onClose();
      }}
      onClick={(event) => {
        if (dismissible && !guarded && event.target === event.currentTarget) onClose();
      }}
      className={cx(
        "fixed inset-0 m-auto max-h-[min(90dvh,44rem)] overflow-hidden bg-float text-ink shadow-float backdrop:animate-fade backdrop:bg-scrim",
        shape === "sheet"
          ? "w-full max-w-full animate-rise rounded-t-sheet max-md:mb-0 md:max-w-xl md:rounded-sheet"
          : "w-[calc(100%-2rem)] max-w-md animate-pop rounded-sheet",
        className,
      )}
    >
      <div className="flex max-h-[inherit] flex-col pb-[env(safe-area-inset-bottom)]">
        <header className="flex min-h-14 shrink-0 items-center gap-1 border-b border-line py-1.5 ps-2 pe-4">
          {dismissible && <IconButton label={strings.ui.close} icon={<CloseIcon />} onClick={onClose} />}
          <h2 id={titleId} className={cx("min-w-0 flex-1 truncate text-base font-semibold", !dismissible && "ps-2")}>
            {title}
          </h2>
          {action}
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto">{children}</div>
      </div>
    </dialog>
  );
}
