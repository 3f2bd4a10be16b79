import type { MouseEvent } from "react";

/** A click on text that is being selected, or on a control, is not for the card. */
export function meantForTheCard(event: MouseEvent): boolean {
  if (event.defaultPrevented || event.button !== 0) return false;
  const control = (event.target as Element).closest("a, button, [role=menu], dialog, textarea");
  if (control && event.currentTarget.contains(control)) return false;
  return event.currentTarget.contains(event.target as Node) && window.getSelection()?.isCollapsed !== false;
}
