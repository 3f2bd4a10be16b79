import { useSession } from "@/session/context";
import { strings } from "@/strings";

/** The right column of wide screens. */
export function Aside() {
  const { status } = useSession();
  return (
    <aside
      aria-label={strings.app.aside}
      className="sticky top-0 hidden h-dvh w-(--aside-width) shrink-0 overflow-y-auto py-4 ps-8 xl:block"
    >
      {status === "visitor" && <p className="text-sm text-muted">{strings.app.name}</p>}
    </aside>
  );
}
