import { useLocation } from "react-router";
import type { User } from "@/api/types";
import { useMe } from "@/session/context";
import { loginPath } from "@/session/paths";
import { strings } from "@/strings";
import { Button, ButtonLink } from "@/ui/Button";
import { useFollow } from "./use-follow";
import { useRelation } from "./use-relation";

const words = strings.profile;

/** What one can do about a person: follow, unfollow, or unblock. Nothing about oneself or about who blocks. */
export function FollowButton({ user }: { user: User }) {
  const me = useMe();
  const follow = useFollow();
  const { pathname } = useLocation();

  if (follow === null) {
    return (
      <ButtonLink to={loginPath(pathname)} variant="primary" size="sm" aria-label={words.aboutWhom(words.follow, user.username)}>
        {words.follow}
      </ButtonLink>
    );
  }
  if (user.id === me?.id || user.viewer === null) return null;
  if (user.viewer.blocking) return <UnblockButton user={user} />;
  if (user.viewer.blocked_by) return null;

  const { following, followed_by } = user.viewer;
  const label = following ? words.followingNow : followed_by ? words.followBack : words.follow;
  return (
    <Button
      size="sm"
      variant={following ? "secondary" : "primary"}
      aria-pressed={following}
      aria-label={words.aboutWhom(label, user.username)}
      title={following ? words.unfollowOf(user.username) : undefined}
      onClick={() => follow(user.username, !following)}
    >
      {label}
    </Button>
  );
}

function UnblockButton({ user }: { user: User }) {
  const relation = useRelation(user);
  return (
    <Button
      size="sm"
      variant="danger"
      busy={relation.isPending}
      aria-label={words.unblock(user.username)}
      onClick={() => relation.mutate("unblock")}
    >
      {words.unblockShort}
    </Button>
  );
}
