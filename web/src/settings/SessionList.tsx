import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Page, SessionInfo } from "@/api/types";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { ErrorNotice } from "@/ui/Notice";
import { problemText } from "@/ui/problem-text";
import { Skeleton } from "@/ui/Skeleton";
import { Timestamp } from "@/ui/Timestamp";
import { useToast } from "@/ui/toast-context";
import { deviceName } from "./device";

const words = strings.settings;

export function SessionList() {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const sessions = useQuery({
    queryKey: keys.sessions(),
    queryFn: ({ signal }) => api.get<Page<SessionInfo>>("/auth/sessions", { signal }),
  });
  const ending = useMutation({
    mutationFn: (session: SessionInfo) => api.delete(`/auth/sessions/${session.id}`),
    onSuccess: (_, ended) => {
      queries.setQueryData<Page<SessionInfo>>(keys.sessions(), (page) =>
        page && { ...page, items: page.items.filter(({ id }) => id !== ended.id) },
      );
      toast({ message: words.sessionEnded(deviceName(ended.user_agent)) });
    },
    onError: (error) => toast({ message: problemText(error), tone: "error" }),
  });

  if (sessions.isPending) return <Skeleton className="h-16" />;
  if (sessions.isError) {
    return (
      <ErrorNotice
        title={words.sessionsError}
        error={sessions.error}
        onRetry={() => void sessions.refetch()}
        busy={sessions.isFetching}
      />
    );
  }
  return (
    <ul role="list" className="divide-y divide-line">
      {sessions.data.items.map((session) => (
        <SessionRow
          key={session.id}
          session={session}
          busy={ending.isPending && ending.variables.id === session.id}
          onEnd={() => ending.mutate(session)}
        />
      ))}
    </ul>
  );
}

interface SessionRowProps {
  session: SessionInfo;
  busy: boolean;
  onEnd: () => void;
}

function SessionRow({ session, busy, onEnd }: SessionRowProps) {
  const name = deviceName(session.user_agent);
  return (
    <li className="flex items-center justify-between gap-4 py-3">
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        <p className="text-sm text-muted">
          {session.current ? (
            <span className="font-medium text-retweet">{words.thisDevice}</span>
          ) : (
            <>
              {words.lastUsed} <Timestamp at={session.last_used_at} />
            </>
          )}
          {session.address && ` · ${session.address}`}
        </p>
      </div>
      {!session.current && (
        <Button size="sm" busy={busy} onClick={onEnd} aria-label={words.endSessionOf(name)}>
          {words.endSession}
        </Button>
      )}
    </li>
  );
}
