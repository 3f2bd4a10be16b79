import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";
import { ApiProblem } from "@/api/problem";
import type { Page, User } from "@/api/types";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { ErrorNotice, Notice } from "@/ui/Notice";
import { NearEnd } from "@/ui/NearEnd";
import { problemText } from "@/ui/problem-text";
import { PersonSkeleton } from "@/ui/Skeleton";
import { PersonRow } from "./PersonRow";

const words = strings.profile;

/** Not there, or not for this reader: trying again would not help. */
const FINAL = new Set([403, 404]);

interface PagedPeopleProps {
  label: string;
  query: UseInfiniteQueryResult<InfiniteData<Page<User>>>;
  empty: ReactNode;
}

/** A list of people by pages, in all its states. */
export function PagedPeople({ label, query, empty }: PagedPeopleProps) {
  const people = useMemo(() => uniquePeople(query.data?.pages ?? []), [query.data]);

  if (query.isPending) return <PeopleSkeleton />;
  if (query.isError && !query.data) {
    if (query.error instanceof ApiProblem && FINAL.has(query.error.status)) {
      return <Notice title={words.peopleHiddenTitle}>{problemText(query.error)}</Notice>;
    }
    return (
      <ErrorNotice
        title={words.peopleErrorTitle}
        error={query.error}
        onRetry={() => void query.refetch()}
        busy={query.isFetching}
      />
    );
  }
  if (people.length === 0 && !query.hasNextPage) return empty;
  return (
    <>
      <ul role="list" aria-label={label} aria-busy={query.isFetchingNextPage} className="divide-y divide-line">
        {people.map((user) => (
          <PersonRow key={user.id} user={user} />
        ))}
      </ul>
      {query.isFetchNextPageError ? (
        <div role="alert" className="flex flex-col items-center gap-3 px-4 py-8 text-center text-sm text-muted">
          <p>{problemText(query.error)}</p>
          <Button size="sm" onClick={() => void query.fetchNextPage()}>
            {strings.ui.retry}
          </Button>
        </div>
      ) : (
        query.hasNextPage && (
          <NearEnd onNear={query.fetchNextPage} busy={query.isFetchingNextPage}>
            <PersonSkeleton />
            <PersonSkeleton />
          </NearEnd>
        )
      )}
    </>
  );
}

function PeopleSkeleton() {
  return (
    <div role="status">
      <span className="sr-only">{words.loadingPeople}</span>
      {Array.from({ length: 8 }, (_, index) => (
        <PersonSkeleton key={index} />
      ))}
    </div>
  );
}

/** Pages may overlap when somebody is added while one scrolls. */
function uniquePeople(pages: readonly Page<User>[]): User[] {
  return [...new Map(pages.flatMap((page) => page.items).map((user) => [user.id, user])).values()];
}
