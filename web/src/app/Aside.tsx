import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "react-router";
import { useApi } from "@/api/context";
import type { Me } from "@/api/types";
import { profilePath } from "@/post/paths";
import { userQuery } from "@/profile/queries";
import { useSession } from "@/session/context";
import { loginPath } from "@/session/paths";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { ButtonLink } from "@/ui/Button";
import { Count } from "@/ui/Count";
import { useIsWide } from "@/ui/use-is-wide";
import { useLater } from "./use-later";

const words = strings.aside;

const loadTrends = () => import("@/trends/TrendsPanel");

/** The right column of wide screens. */
export function Aside() {
  const { status, user } = useSession();
  const isWide = useIsWide();
  return (
    <aside
      aria-label={words.label}
      className="sticky top-0 hidden h-dvh w-(--aside-width) shrink-0 flex-col overflow-y-auto py-4 ps-8 xl:flex"
    >
      {status === "visitor" && <ForVisitors />}
      {user !== null && <OwnCard me={user} />}
      {isWide && <Trends />}
      <p className="mt-auto px-5 pt-4 text-xs text-muted pointer-coarse:hidden">
        {words.shortcutsBefore} <kbd className="rounded-md border border-line px-1.5 py-0.5 font-sans font-semibold">?</kbd>{" "}
        {words.shortcutsAfter}
      </p>
    </aside>
  );
}

function Trends() {
  const part = useLater(loadTrends, { wanted: true });
  return part && <part.TrendsPanel />;
}

/** These pages say the same themselves. */
const WELCOMING = new Set(["/", "/login", "/register"]);

function ForVisitors() {
  const { pathname } = useLocation();
  if (WELCOMING.has(pathname)) return null;
  return (
    <div className="rounded-card bg-surface p-5">
      <h2 className="text-base font-bold">{words.visitorTitle}</h2>
      <p className="mt-2 text-sm text-muted">{words.visitorText}</p>
      <div className="mt-5 flex flex-col gap-2">
        <ButtonLink to="/register" variant="primary">
          {strings.nav.register}
        </ButtonLink>
        <ButtonLink to={loginPath(pathname)}>{strings.nav.login}</ButtonLink>
      </div>
    </div>
  );
}

function OwnCard({ me }: { me: Me }) {
  const api = useApi();
  const { data: own = me } = useQuery({ ...userQuery(api, me.username), initialData: me });
  const path = profilePath(own);
  const link = "hover:underline underline-offset-4";
  return (
    <div className="rounded-card bg-surface p-5">
      <Link to={path} className="flex items-center gap-3">
        <Avatar user={own} size={48} />
        <span className="min-w-0">
          <bdi className="block truncate font-semibold">{own.display_name}</bdi>
          <span className="block truncate text-sm text-muted">@{own.username}</span>
        </span>
      </Link>
      <p className="mt-4 flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
        <Link to={`${path}/following`} className={link}>
          <b className="text-ink">
            <Count value={own.following_count} />
          </b>{" "}
          {strings.profile.followingCount}
        </Link>
        <Link to={`${path}/followers`} className={link}>
          <b className="text-ink">
            <Count value={own.followers_count} />
          </b>{" "}
          {strings.profile.followersCount(own.followers_count)}
        </Link>
      </p>
    </div>
  );
}
