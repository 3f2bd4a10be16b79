import { strings } from "@/strings";
import { Mark } from "@/ui/Mark";

/** Shown for the moments before the first page is there. */
export function Splash() {
  return (
    <div role="status" className="grid min-h-dvh animate-breathe place-items-center">
      <Mark size={56} />
      <span className="sr-only">{strings.app.loading}</span>
    </div>
  );
}
