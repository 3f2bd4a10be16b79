import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

type IconButtonProps = Omit<ComponentProps<"button">, "children" | "aria-label"> & {
  label: string;
  icon: ReactNode;
};

/** A round, 44 px target whose name is read out and shown on hover. */
export function IconButton({ label, icon, className, type = "button", ...props }: IconButtonProps) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cx(
        "inline-grid size-11 shrink-0 place-items-center rounded-full transition-colors hover:bg-hover disabled:opacity-50",
        className,
      )}
      {...props}
    >
      {icon}
    </button>
  );
}
