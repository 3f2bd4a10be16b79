import { Link, NavLink, useLocation } from "react-router";
import { ComposeButton } from "@/compose/ComposeButton";
import { useUnread } from "@/notifications/use-unread";
import { useMe } from "@/session/context";
import { loginPath } from "@/session/paths";
import { strings } from "@/strings";
import { ButtonLink } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Mark } from "@/ui/Mark";
import { destinationsFor } from "./destinations";

/** The left column of wide screens; without labels where there is little room. */
export function Rail() {
  const me = useMe();
  const unread = useUnread();
  return (
    <header className="sticky top-0 hidden h-dvh shrink-0 flex-col items-end overflow-y-auto py-2 pe-3 ps-3 md:flex lg:w-(--rail-width) lg:pe-6">
      <Link
        to="/"
        aria-label={strings.app.name}
        className="mb-4 flex min-h-12 items-center gap-3 rounded-full px-2 lg:w-full"
      >
        <Mark size={34} />
        <span className="hidden text-lg font-bold tracking-tight lg:inline">{strings.app.name}</span>
      </Link>
      <nav aria-label={strings.app.navigation} className="lg:w-full">
        <ul className="space-y-1">
          {destinationsFor(me, unread).map(({ to, label, spoken, Icon }) => (
            <li key={to}>
              <NavLink
                to={to}
                end
                aria-label={spoken ?? label}
                className={({ isActive }) =>
                  cx(
                    "flex min-h-12 min-w-12 items-center gap-4 rounded-full px-3 transition-colors hover:bg-hover",
                    isActive ? "font-bold" : "font-medium",
                  )
                }
              >
                {({ isActive }) => (
                  <>
                    <Icon filled={isActive} width={25} height={25} />
                    <span className="hidden lg:inline">{label}</span>
                  </>
                )}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="mt-5 lg:w-full">
        {me === null ? <LoginLink /> : <ComposeButton placement="rail" />}
      </div>
    </header>
  );
}

function LoginLink() {
  const { pathname } = useLocation();
  if (pathname === "/login" || pathname === "/register") return null;
  return (
    <ButtonLink to={loginPath(pathname)} variant="primary" size="sm" className="lg:min-h-12 lg:w-full lg:text-base">
      {strings.nav.login}
    </ButtonLink>
  );
}
