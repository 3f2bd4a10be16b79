import { isRouteErrorResponse, useRouteError } from "react-router";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { NotFoundPage } from "./NotFoundPage";
import { useDocumentTitle } from "./use-document-title";

/** The last resort of a route: its code could not be loaded, or it threw while rendering. */
export function ErrorPage() {
  const error = useRouteError();
  const missing = isRouteErrorResponse(error) && error.status === 404;
  useDocumentTitle(missing ? strings.app.notFoundTitle : strings.app.crashTitle);
  if (missing) return <NotFoundPage />;

  const notLoaded = error instanceof TypeError && /import|module/i.test(error.message);
  return (
    <div role="alert">
      <Notice
        title={notLoaded ? strings.app.updateTitle : strings.app.crashTitle}
        action={
          <Button variant="primary" onClick={() => window.location.reload()}>
            {strings.app.reload}
          </Button>
        }
      >
        {notLoaded ? strings.app.updateText : strings.app.crashText}
      </Notice>
    </div>
  );
}
