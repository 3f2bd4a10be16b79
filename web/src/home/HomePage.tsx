import { PageHeader } from "@/app/PageHeader";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { DiscoverPosts } from "./DiscoverPosts";
import { MemberHome } from "./MemberHome";
import { Welcome } from "./Welcome";

export function HomePage() {
  const me = useMe();
  return (
    <>
      <PageHeader title={strings.nav.home} />
      {me !== null ? (
        <MemberHome key={me.id} me={me} />
      ) : (
        <>
          <Welcome />
          <DiscoverPosts />
        </>
      )}
    </>
  );
}
