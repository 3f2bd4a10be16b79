import { useQueries } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import type { Me } from "@/api/types";
import { PersonRow } from "@/profile/PersonRow";
import { userQuery } from "@/profile/queries";
import { strings } from "@/strings";
import { useDiscover } from "./use-discover";

const MOST = 5;

/** Those who wrote last on this server. */
export function PeopleToFollow({ me }: { me: Me }) {
  const api = useApi();
  const discover = useDiscover();
  const authors = discover.data?.pages.flatMap((page) => page.items.map((post) => post.author.username)) ?? [];
  const names = [...new Set(authors)].filter((name) => name !== me.username).slice(0, MOST);
  const people = useQueries({ queries: names.map((name) => userQuery(api, name)) }).flatMap(({ data }) => data ?? []);
  if (people.length === 0) return null;
  return (
    <section aria-labelledby="people" className="border-b border-line pb-2">
      <h2 id="people" className="px-4 pt-5 pb-1 text-sm font-semibold text-muted">
        {strings.home.people}
      </h2>
      <ul role="list">
        {people.map((person) => (
          <PersonRow key={person.id} user={person} />
        ))}
      </ul>
    </section>
  );
}
