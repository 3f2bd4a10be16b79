import { NavLink, useLocation } from "react-router";
import { ComposeButton } from "@/compose/ComposeButton";
import { useUnread } from "@/notifications/use-unread";
import { useMe } from "@/session/context";
import { loginPath } from "@/session/paths";
import { strings } from "@/strings";
import { ButtonLink } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { destinationsFor, type Destination } from "./destinations";

/** The way around on phones, with the composer under the thumb. */
export function BottomBar() {
  const me = useMe();
  const unread = useUnread();
  const { pathname } = useLocation();
  const destinations = destinationsFor(me, unread).filter(({ wideOnly }) => !wideOnly);
  return (
    <nav
      aria-label={strings.app.navigation}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-canvas/94 pb-[env(safe-area-inset-bottom)] backdrop-blur-md md:hidden"
    >
      <ul className="mx-auto flex min-h-(--bar-height) max-w-md items-center justify-around px-2">
        {destinations.slice(0, 2).map((destination) => (
          <BarLink key={destination.to} {...destination} />
        ))}
        {me === null ? (
          <li>
            <ButtonLink to={loginPath(pathname)} variant="primary" size="sm">
              {strings.nav.login}
            </ButtonLink>
          </li>
        ) : (
          <li>
            <ComposeButton placement="bar" />
          </li>
        )}
        {destinations.slice(2).map((destination) => (
          <BarLink key={destination.to} {...destination} />
        ))}
      </ul>
    </nav>
  );
}

function BarLink({ to, label, spoken, Icon }: Destination) {
  return (
    <li>
      <NavLink
        to={to}
        end
        aria-label={spoken ?? label}
        className={({ isActive }) => cx("grid size-12 place-items-center rounded-full", isActive ? "text-ink" : "text-muted")}
      >
        {({ isActive }) => <Icon filled={isActive} width={26} height={26} />}
      </NavLink>
    </li>
  );
}
