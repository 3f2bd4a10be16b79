import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { NotificationKind, NotificationPreferences as Preferences } from "@/api/types";
import { strings } from "@/strings";
import { ErrorNotice } from "@/ui/Notice";
import { problemText } from "@/ui/problem-text";
import { Skeleton } from "@/ui/Skeleton";
import { useToast } from "@/ui/toast-context";

const words = strings.settings;
const KINDS = ["reply", "mention", "quote", "follow", "like", "retweet"] as const satisfies readonly NotificationKind[];
const PATH = "/notifications/preferences";

interface Choice {
  kind: NotificationKind;
  way: "shown" | "pushed";
  on: boolean;
}

/** What is listed, and what is pushed, by type. Each switch is kept at once. */
export function NotificationPreferences() {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const query = useQuery({
    queryKey: keys.notificationPreferences(),
    queryFn: ({ signal }) => api.get<Preferences>(PATH, { signal }),
  });
  const choosing = useMutation({
    mutationFn: ({ kind, way, on }: Choice) => {
      const before = queries.getQueryData<Preferences>(keys.notificationPreferences())?.[kind];
      return api.put<Preferences>(PATH, { [kind]: { shown: true, pushed: true, ...before, [way]: on } });
    },
    // One after the other, so that two quick switches of one type do not undo each other.
    scope: { id: "notification-preferences" },
    onMutate: ({ kind, way, on }) => show(kind, way, on),
    onError: (error, { kind, way, on }) => {
      show(kind, way, !on);
      toast({ message: `${words.preferenceNotSaved} ${problemText(error)}`, tone: "error" });
    },
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.notificationLists() });
      void queries.invalidateQueries({ queryKey: keys.unreadCount() });
    },
  });
  const show = (kind: NotificationKind, way: Choice["way"], on: boolean) => {
    queries.setQueryData<Preferences>(keys.notificationPreferences(), (all) => all && { ...all, [kind]: { ...all[kind], [way]: on } });
  };

  if (query.isPending) return <Skeleton className="h-64" />;
  if (query.isError) {
    return <ErrorNotice title={words.preferencesFailed} error={query.error} busy={query.isFetching} onRetry={() => void query.refetch()} />;
  }
  return (
    <table className="w-full text-sm">
      <thead>
        <tr className="text-muted">
          <th scope="col" className="sr-only">{words.kind}</th>
          <th scope="col" className="w-20 pb-1 text-center font-semibold">{words.shown}</th>
          <th scope="col" className="w-20 pb-1 text-center font-semibold">{words.pushed}</th>
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {KINDS.map((kind) => (
          <Row key={kind} kind={kind} chosen={query.data[kind]} onChoose={(way, on) => choosing.mutate({ kind, way, on })} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  kind: NotificationKind;
  chosen: { shown: boolean; pushed: boolean };
  onChoose: (way: Choice["way"], on: boolean) => void;
}

function Row({ kind, chosen: { shown, pushed }, onChoose }: RowProps) {
  const name = words.kinds[kind];
  return (
    <tr>
      <th scope="row" className="py-1 text-start font-medium">
        {name}
      </th>
      <td className="text-center">
        <Switch label={words.shownOf(name)} on={shown} onChange={(on) => onChoose("shown", on)} />
      </td>
      <td className="text-center">
        {/* What is not listed is not pushed either. */}
        <Switch label={words.pushedOf(name)} on={shown && pushed} disabled={!shown} onChange={(on) => onChoose("pushed", on)} />
      </td>
    </tr>
  );
}

interface SwitchProps {
  label: string;
  on: boolean;
  disabled?: boolean;
  onChange: (on: boolean) => void;
}

function Switch({ label, on, disabled = false, onChange }: SwitchProps) {
  return (
    <label className="inline-grid size-11 cursor-pointer place-items-center has-disabled:cursor-default">
      <span className="sr-only">{label}</span>
      <input
        type="checkbox"
        role="switch"
        checked={on}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
        className="peer sr-only"
      />
      <span className="relative h-6 w-10 rounded-full border border-line-strong bg-canvas transition-colors after:absolute after:start-[3px] after:top-[3px] after:size-4 after:rounded-full after:bg-line-strong after:transition-transform peer-checked:border-accent peer-checked:bg-accent peer-checked:after:translate-x-4 peer-checked:after:bg-on-accent peer-focus-visible:outline-2 peer-focus-visible:outline-offset-2 peer-focus-visible:outline-accent peer-disabled:opacity-50 rtl:peer-checked:after:-translate-x-4 forced-colors:peer-checked:bg-[Highlight]" />
    </label>
  );
}
