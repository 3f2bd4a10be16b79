import { PageHeader } from "@/app/PageHeader";
import { strings } from "@/strings";
import { DiscoverPosts } from "./DiscoverPosts";

export function DiscoverPage() {
  return (
    <>
      <PageHeader title={strings.nav.discover} />
      <DiscoverPosts />
    </>
  );
}
