import { Link } from "react-router";
import type { User } from "@/api/types";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { Count } from "@/ui/Count";
import { exactDate, monthOf } from "@/ui/format";
import { CalendarIcon, MuteIcon, VerifiedIcon } from "@/ui/icons";
import { Banner } from "./Banner";
import { EditProfile } from "./EditProfile";
import { FollowButton } from "./FollowButton";
import { ProfileMenu } from "./ProfileMenu";

const words = strings.profile;

export function ProfileHead({ user }: { user: User }) {
  const { viewer } = user;
  return (
    <section aria-label={words.about(user.display_name)}>
      <Banner user={user} />
      <div className="px-4 pb-4">
        <div className="flex flex-wrap items-end justify-between gap-x-3">
          <Avatar user={user} size={88} className="-mt-11 ring-4 ring-canvas" />
          <div className="flex shrink-0 items-center gap-1 pt-3">
            <ProfileMenu user={user} />
            <OwnOrFollow user={user} />
          </div>
        </div>
        <p className="mt-3 flex items-center gap-1.5 text-xl font-bold tracking-tight">
          <bdi>{user.display_name}</bdi>
          {user.verified && (
            <VerifiedIcon width="1em" height="1em" aria-hidden={false} role="img" aria-label={strings.ui.verified} className="text-accent" />
          )}
        </p>
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
          @{user.username}
          {viewer?.followed_by && <Badge>{words.followsYou}</Badge>}
          {user.is_bot && <Badge>{words.bot}</Badge>}
        </p>
        {user.bio && (
          <p dir="auto" className="mt-3 whitespace-pre-line">
            {user.bio}
          </p>
        )}
        <p className="mt-3 flex items-center gap-1.5 text-sm text-muted" title={exactDate(user.created_at)}>
          <CalendarIcon width="1.2em" height="1.2em" />
          {words.joined(monthOf(user.created_at))}
        </p>
        <Counts user={user} />
        {viewer?.muting && (
          <p className="mt-3 flex items-center gap-2 text-sm text-muted">
            <MuteIcon />
            {words.muted(user.username)}
          </p>
        )}
      </div>
    </section>
  );
}

function OwnOrFollow({ user }: { user: User }) {
  const me = useMe();
  return me?.id === user.id ? <EditProfile user={me} /> : <FollowButton user={user} />;
}

function Counts({ user }: { user: User }) {
  const base = `/@${user.username}`;
  const link = "rounded-sm hover:underline underline-offset-4";
  return (
    <p className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-sm text-muted">
      <Link to={`${base}/following`} className={link}>
        <b className="text-ink">
          <Count value={user.following_count} />
        </b>{" "}
        {words.followingCount}
      </Link>
      <Link to={`${base}/followers`} className={link}>
        <b className="text-ink">
          <Count value={user.followers_count} />
        </b>{" "}
        {words.followersCount(user.followers_count)}
      </Link>
      <span>
        <b className="text-ink">
          <Count value={user.posts_count} />
        </b>{" "}
        {words.postsCount(user.posts_count)}
      </span>
    </p>
  );
}

function Badge({ children }: { children: string }) {
  return <span className="rounded-md bg-hover px-1.5 py-0.5 text-xs font-medium text-muted">{children}</span>;
}
