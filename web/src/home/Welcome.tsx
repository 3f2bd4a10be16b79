import { strings } from "@/strings";
import { ButtonLink } from "@/ui/Button";
import { Mark } from "@/ui/Mark";

/** What a visitor reads before anything else: what this is, and the two ways in. */
export function Welcome() {
  const words = strings.home;
  return (
    <section aria-labelledby="welcome" className="border-b border-line px-4 pt-8 pb-9">
      <Mark size={52} />
      <h2 id="welcome" className="mt-5 max-w-md text-2xl font-bold tracking-tight text-balance">
        {words.welcomeTitle}
      </h2>
      <p className="mt-3 max-w-md text-muted">{words.welcomeText}</p>
      <div className="mt-6 flex flex-wrap gap-3">
        <ButtonLink to="/register" variant="primary">
          {strings.nav.register}
        </ButtonLink>
        <ButtonLink to="/login">{strings.nav.login}</ButtonLink>
      </div>
    </section>
  );
}
