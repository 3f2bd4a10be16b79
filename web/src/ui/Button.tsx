import type { ComponentProps } from "react";
import { Link, type LinkProps } from "react-router";
import { cx } from "./cx";
import { Spinner } from "./Spinner";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "md" | "sm";

const BASE =
  "inline-flex items-center justify-center gap-2 rounded-full text-center font-semibold transition-colors select-none disabled:opacity-50 aria-disabled:opacity-50";

const VARIANTS: Record<ButtonVariant, string> = {
  primary: "border border-transparent bg-accent text-on-accent enabled:hover:bg-accent-hover [a&]:hover:bg-accent-hover",
  secondary: "border border-line-strong text-ink enabled:hover:bg-hover [a&]:hover:bg-hover",
  quiet: "border border-transparent text-ink enabled:hover:bg-hover [a&]:hover:bg-hover",
  danger: "border border-danger text-danger enabled:hover:bg-danger-soft [a&]:hover:bg-danger-soft",
};

const SIZES: Record<ButtonSize, string> = {
  md: "min-h-11 px-5 py-2 text-base",
  sm: "min-h-9 px-4 py-1 text-sm pointer-coarse:min-h-11",
};

interface ButtonLook {
  variant?: ButtonVariant;
  size?: ButtonSize;
}

type ButtonProps = ComponentProps<"button"> & ButtonLook & { busy?: boolean };

function look({ variant = "secondary", size = "md" }: ButtonLook, className: string | undefined): string {
  return cx(BASE, VARIANTS[variant], SIZES[size], className);
}

export function Button({ variant, size, busy = false, className, children, type = "button", onClick, ...props }: ButtonProps) {
  return (
    <button
      type={type}
      className={look({ ...(variant && { variant }), ...(size && { size }) }, className)}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...props}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

export function ButtonLink({ variant, size, className, ...props }: LinkProps & ButtonLook) {
  return <Link className={look({ ...(variant && { variant }), ...(size && { size }) }, className)} {...props} />;
}
