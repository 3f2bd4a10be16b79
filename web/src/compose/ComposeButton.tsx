import { PenIcon } from "@/ui/icons";
import { IconButton } from "@/ui/IconButton";

interface ComposeButtonProps {
  /** In the phone's bottom bar, or in the left column of wide screens. */
  placement: "bar" | "rail";
}

export function ComposeButton({ placement }: ComposeButtonProps) {
  return <IconButton label="New post" icon={<PenIcon />} data-placement={placement} className="bg-accent text-on-accent" />;
}
