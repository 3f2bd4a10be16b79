import type { ReactNode } from "react";

export function KeyboardProvider({ children }: { children: ReactNode }) {
  return children;
}
