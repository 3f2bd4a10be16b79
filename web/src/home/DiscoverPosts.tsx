import { PagedPosts } from "@/post/PagedPosts";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { ButtonLink, Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { useCompose } from "@/compose/compose-context";
import { useDiscover } from "./use-discover";

/** What is new on this server, for everybody. */
export function DiscoverPosts() {
  return <PagedPosts label={strings.home.discoverLabel} query={useDiscover()} empty={<NothingYet />} />;
}

function NothingYet() {
  const me = useMe();
  const { open } = useCompose();
  const words = strings.home;
  return (
    <Notice
      title={words.discoverEmptyTitle}
      action={
        me === null ? (
          <ButtonLink to="/register" variant="primary">
            {strings.nav.register}
          </ButtonLink>
        ) : (
          <Button variant="primary" onClick={() => open({ kind: "new" })}>
            {words.writeFirst}
          </Button>
        )
      }
    >
      {words.discoverEmptyText}
    </Notice>
  );
}
