import { useMutation } from "@tanstack/react-query";
import { isRouteErrorResponse, useRouteError } from "react-router";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { NotFoundPage } from "./NotFoundPage";
import { useDocumentTitle } from "./use-document-title";

/** The last resort of the whole: the frame around the pages is broken too. */
export function RootErrorPage() {
  return (
    <main id="main" tabIndex={-1} className="mx-auto max-w-(--column-width)">
      <ErrorPage />
    </main>
  );
}

/** The last resort of a page: its code could not be loaded, or it threw while rendering. */
export function ErrorPage() {
  const error = useRouteError();
  const reloading = useMutation({ mutationFn: reloadWhenReachable });
  const missing = isRouteErrorResponse(error) && error.status === 404;
  useDocumentTitle(missing ? strings.app.notFoundPage : strings.app.crashTitle);
  if (missing) return <NotFoundPage />;

  const notLoaded = error instanceof TypeError && /import|module/i.test(error.message);
  return (
    <div role="alert">
      <Notice
        heading="h1"
        title={notLoaded ? strings.app.updateTitle : strings.app.crashTitle}
        action={
          <Button variant="primary" busy={reloading.isPending} onClick={() => reloading.mutate()}>
            {strings.app.reload}
          </Button>
        }
      >
        {reloading.isError ? strings.problem.network : notLoaded ? strings.app.updateText : strings.app.crashText}
      </Notice>
    </div>
  );
}

/** Reloading while the server is away would leave nothing but the browser's own error page. */
async function reloadWhenReachable(): Promise<void> {
  await fetch(window.location.pathname, { method: "HEAD" });
  window.location.reload();
}
