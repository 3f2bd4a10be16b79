import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label"> & {
  label: string;
  icon: ReactNode;
  /** Short words beside the icon, for the eye; the label says them in full. */
  text?: ReactNode;
};

/** A round, 44 px target whose name is read out and shown on hover. */
export function IconButton({ label, icon, text, className, type = "button", ...props }: IconButtonProps) {
  return (
    <button
      type={type}
      title={label}
      className={cx(
        "h-11 shrink-0 rounded-full transition-colors hover:bg-hover disabled:opacity-50",
        text === undefined ? "inline-grid w-11 place-items-center" : "inline-flex min-w-11 items-center gap-1.5 px-2.5",
        className,
      )}
      {...props}
    >
      <span className="sr-only">{label}</span>
      {icon}
      {text !== undefined && <span aria-hidden="true">{text}</span>}
    </button>
  );
}
