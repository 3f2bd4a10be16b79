import { PageHeader } from "@/app/PageHeader";
import { strings } from "@/strings";

export function DiscoverPage() {
  return <PageHeader title={strings.nav.discover} />;
}
