import { useParams } from "react-router";
import { NotFoundPage } from "@/app/NotFoundPage";
import { PageHeader } from "@/app/PageHeader";
import { strings } from "@/strings";

export function ThreadPage() {
  const { handle = "", postId = "" } = useParams();
  if (!handle.startsWith("@") || !/^\d+$/.test(postId)) return <NotFoundPage />;
  return <PageHeader title={strings.nav.home} back />;
}
