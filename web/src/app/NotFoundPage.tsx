import { strings } from "@/strings";
import { ButtonLink } from "@/ui/Button";
import { Notice } from "@/ui/Notice";
import { PageHeader } from "./PageHeader";

export function NotFoundPage() {
  return (
    <>
      <PageHeader title={strings.app.notFoundPage} back />
      <Notice
        title={strings.app.notFoundTitle}
        action={
          <ButtonLink to="/" variant="primary">
            {strings.app.toHome}
          </ButtonLink>
        }
      >
        {strings.app.notFoundText}
      </Notice>
    </>
  );
}
