import { Link } from "react-router";
import type { UserSummary } from "@/api/types";
import { useMe } from "@/session/context";
import { strings } from "@/strings";
import { RetweetIcon } from "@/ui/icons";
import { profilePath } from "./paths";

const NAMED = 2;

/** Who brought this post here: one or two by name, the rest as a number. */
export function RetweetedBy({ people }: { people: readonly UserSummary[] }) {
  const me = useMe();
  const named = people.slice(0, NAMED);
  const others = people.length - named.length;
  return (
    <p className="mb-1 flex min-w-0 items-center gap-3 text-xs text-muted">
      <span className="flex w-11 shrink-0 justify-end">
        <RetweetIcon width="1rem" height="1rem" strokeWidth={2} />
      </span>
      <span className="min-w-0 truncate">
        {strings.post.retweetedBy}{" "}
        {named.map((person, index) => (
          <span key={person.id}>
            {index > 0 && (others > 0 ? ", " : ` ${strings.post.and} `)}
            <Link to={profilePath(person)} className="font-medium hover:underline">
              <bdi>{person.id === me?.id ? strings.post.you : person.display_name || person.username}</bdi>
            </Link>
          </span>
        ))}
        {others > 0 && ` ${strings.post.andOthers(others)}`}
      </span>
    </p>
  );
}
