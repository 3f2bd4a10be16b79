import { createContext, use } from "react";

export interface Toast {
  message: string;
  tone?: "info" | "error";
  action?: { label: string; onAct: () => void };
}

export const ToastContext = createContext<((toast: Toast) => void) | null>(null);

/** Shows a short word at the edge of the screen, and has it read out politely. */
export function useToast(): (toast: Toast) => void {
  const show = use(ToastContext);
  if (show === null) throw new Error("useToast needs a ToastProvider above it");
  return show;
}
