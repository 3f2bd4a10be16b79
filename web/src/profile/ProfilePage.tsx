import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigationType, useParams, useSearchParams } from "react-router";
import { useApi } from "@/api/context";
import type { ProfileTab } from "@/api/keys";
import { ApiProblem } from "@/api/problem";
import type { User } from "@/api/types";
import { NotFoundPage } from "@/app/NotFoundPage";
import { PageHeader } from "@/app/PageHeader";
import { PagedPosts } from "@/post/PagedPosts";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { BlockIcon } from "@/ui/icons";
import { ErrorNotice, Notice } from "@/ui/Notice";
import { Skeleton } from "@/ui/Skeleton";
import { Tabs } from "@/ui/Tabs";
import { ProfileHead } from "./ProfileHead";
import { userPostsQuery, userQuery } from "./queries";

const words = strings.profile;

const OTHER_TABS: readonly string[] = ["replies", "likes"] satisfies ProfileTab[];

export function ProfilePage() {
  const { handle = "" } = useParams();
  const [search] = useSearchParams();
  const asked = search.get("tab") ?? "";
  const tab = OTHER_TABS.includes(asked) ? (asked as ProfileTab) : "posts";
  return handle.startsWith("@") ? <Profile username={handle.slice(1)} tab={tab} /> : <NotFoundPage />;
}

function Profile({ username, tab }: { username: string; tab: ProfileTab }) {
  const api = useApi();
  const profile = useQuery(userQuery(api, username));

  if (profile.data) {
    const user = profile.data;
    return (
      <>
        <PageHeader title={user.display_name} documentTitle={words.documentTitle(user)} back />
        <ProfileHead user={user} />
        <ProfilePosts user={user} tab={tab} />
      </>
    );
  }
  return (
    <>
      <PageHeader title={`@${username}`} back />
      {profile.isPending ? (
        <ProfileSkeleton />
      ) : profile.error instanceof ApiProblem && profile.error.status === 404 ? (
        <Notice title={words.notFoundTitle}>{words.notFoundText(username)}</Notice>
      ) : (
        <ErrorNotice
          title={words.errorTitle}
          error={profile.error}
          onRetry={() => void profile.refetch()}
          busy={profile.isFetching}
        />
      )}
    </>
  );
}

function ProfilePosts({ user, tab }: { user: User; tab: ProfileTab }) {
  const { username, viewer } = user;
  if (viewer?.blocking) {
    return (
      <Notice title={words.blockingTitle(username)} icon={<BlockIcon width={40} height={40} />}>
        {words.blockingText}
      </Notice>
    );
  }
  if (viewer?.blocked_by) {
    return (
      <Notice title={words.blockedByTitle(username)} icon={<BlockIcon width={40} height={40} />}>
        {words.blockedByText}
      </Notice>
    );
  }
  const base = `/@${username}`;
  return (
    <>
      <Tabs
        label={words.tabs}
        tabs={[
          { to: base, label: words.posts, current: tab === "posts" },
          { to: `${base}?tab=replies`, label: words.replies, current: tab === "replies" },
          { to: `${base}?tab=likes`, label: words.likes, current: tab === "likes" },
        ]}
      />
      <TabPosts key={tab} user={user} tab={tab} />
    </>
  );
}

function TabPosts({ user, tab }: { user: User; tab: ProfileTab }) {
  const api = useApi();
  const goingBack = useNavigationType() === "POP";
  const posts = useInfiniteQuery({
    ...userPostsQuery(api, user.username, tab),
    // Whoever goes back finds the list as it was left.
    refetchOnMount: !goingBack,
  });
  return <PagedPosts label={words.listLabel(user.display_name, words[tab])} query={posts} empty={<NoPosts user={user} tab={tab} />} />;
}

function NoPosts({ user, tab }: { user: User; tab: ProfileTab }) {
  const me = useMe();
  if (tab === "replies") return <Notice title={words.noReplies}>{words.noRepliesText}</Notice>;
  if (tab === "likes") return <Notice title={words.noLikes}>{words.noLikesText}</Notice>;
  return <Notice title={words.noPosts}>{me?.id === user.id ? words.noPostsOwn : words.noPostsText(user.display_name)}</Notice>;
}

function ProfileSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">{strings.app.loading}</span>
      <Skeleton className="h-28 rounded-none sm:h-36" />
      <div className="space-y-3 px-4">
        <Skeleton className="-mt-11 size-22 rounded-full ring-4 ring-canvas" />
        <Skeleton className="h-7 w-52" />
        <Skeleton className="h-4 w-28" />
        <Skeleton className="h-4 w-4/5" />
      </div>
    </div>
  );
}
