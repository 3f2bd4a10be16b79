import { useEffect } from "react";
import { strings } from "@/strings";

/** Names the page in the window's title; without a name it is the product's own. */
export function useDocumentTitle(page: string | null): void {
  useEffect(() => {
    document.title = page === null ? strings.app.name : strings.app.documentTitle(page);
  }, [page]);
}
