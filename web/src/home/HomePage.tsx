import { PageHeader } from "@/app/PageHeader";
import { strings } from "@/strings";

export function HomePage() {
  return <PageHeader title={strings.nav.home} />;
}
