import { Link } from "react-router";
import type { User } from "@/api/types";
import { profilePath } from "@/post/paths";
import { strings } from "@/strings";
import { Avatar } from "@/ui/Avatar";
import { VerifiedIcon } from "@/ui/icons";
import { FollowButton } from "./FollowButton";

export function PersonRow({ user }: { user: User }) {
  return (
    <li className="relative flex gap-3 px-4 py-3.5 transition-colors hover:bg-hover/60">
      <Avatar user={user} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-start justify-between gap-x-3 gap-y-1">
          <div className="min-w-24 flex-1">
            {/* The link's target is the whole row; the button lies above it. */}
            <Link to={profilePath(user)} className="flex items-center gap-1 font-semibold after:absolute after:inset-0">
              <bdi className="truncate">{user.display_name}</bdi>
              {user.verified && (
                <VerifiedIcon width="1.1em" height="1.1em" className="shrink-0 text-accent" aria-hidden={false} role="img" aria-label={strings.ui.verified} />
              )}
            </Link>
            {/* One line high: what does not fit beside the name wraps out of sight, but is still read out. */}
            <p className="flex max-h-[1.375rem] flex-wrap gap-x-2 overflow-hidden text-sm text-muted">
              <span className="max-w-full truncate">@{user.username}</span>
              {user.viewer?.followed_by && <span>{strings.profile.followsYou}</span>}
            </p>
          </div>
          <div className="relative z-10 shrink-0">
            <FollowButton user={user} />
          </div>
        </div>
        {user.bio && (
          <p dir="auto" className="mt-1 line-clamp-2 text-sm">
            {user.bio}
          </p>
        )}
      </div>
    </li>
  );
}
