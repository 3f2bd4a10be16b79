import { useRef } from "react";
import type { Me } from "@/api/types";
import { InlineComposer } from "@/compose/InlineComposer";
import { Pending } from "@/compose/Pending";
import { PostSkeletons } from "@/post/PagedPosts";
import { PostList, type PostListHandle } from "@/post/PostList";
import { strings } from "@/strings";
import { ErrorNotice } from "@/ui/Notice";
import { NewPostsPill } from "./NewPostsPill";
import { QuietHome } from "./QuietHome";
import { useHome } from "./use-home";

const NEW_POST = { kind: "new" } as const;

export function MemberHome({ me }: { me: Me }) {
  const list = useRef<PostListHandle>(null);
  const home = useHome(me, list);
  return (
    <>
      <NewPostsPill
        unread={home.unread}
        onTop={() => void home.toTop()}
        onElsewhere={home.elsewhere ? home.follow : null}
      />
      <div className="hidden border-b border-line md:block">
        <InlineComposer target={NEW_POST} />
      </div>
      <Pending />
      <HomeList me={me} home={home} list={list} />
    </>
  );
}

interface HomeListProps {
  me: Me;
  home: ReturnType<typeof useHome>;
  list: React.RefObject<PostListHandle | null>;
}

function HomeList({ me, home, list }: HomeListProps) {
  const { query, entries, above, below } = home;
  if (query.isPending) return <PostSkeletons label={strings.nav.home} />;
  if (query.isError && !query.data) {
    return (
      <ErrorNotice
        title={strings.post.listFailed}
        error={query.error}
        busy={query.isFetching}
        onRetry={() => void query.refetch()}
      />
    );
  }
  if (entries.length === 0 && !below.hasMore) {
    return <QuietHome me={me} onReady={query.isStale ? () => void query.refetch() : null} />;
  }
  return (
    <PostList
      ref={list}
      label={strings.home.label}
      entries={entries}
      above={above}
      below={below}
      opening={home.opening}
      onMove={home.onMove}
      endText={strings.home.end}
    />
  );
}
