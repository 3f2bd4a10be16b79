import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import { ApiProblem } from "@/api/problem";
import type { Me } from "@/api/types";
import { pushState, turnOff, turnOn, type PushState } from "@/push/device";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { problemText } from "@/ui/problem-text";
import { useToast } from "@/ui/toast-context";

const words = strings.push;

/** Whether notifications are pushed to this device, and if they cannot be, why. */
export function PushOnDevice({ user }: { user: Me }) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const state = useQuery({
    queryKey: keys.pushServices(),
    queryFn: ({ signal }) => pushState(api, user.id, signal),
    staleTime: 0,
    // Whoever comes back from the browser's settings sees what they changed there.
    refetchOnWindowFocus: true,
  });
  const changing = useMutation({
    mutationFn: (on: boolean) => (on ? turnOn(api, user.id) : turnOff(api)),
    onSuccess: (now, wanted) => {
      queries.setQueryData(keys.pushServices(), now);
      if ((now === "on") === wanted) toast({ message: wanted ? words.turnedOn : words.turnedOff });
    },
    onError: (error) => {
      toast({ message: error instanceof ApiProblem ? problemText(error) : words.failed, tone: "error" });
      void state.refetch();
    },
  });

  return (
    <div className="mt-6 rounded-card bg-surface p-4">
      <h3 className="text-sm font-semibold">{words.title}</h3>
      <div className="mt-1 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <p role="status" className={cx("max-w-md min-w-48 flex-1 text-sm", state.data === "on" ? "text-ink" : "text-muted")}>
          {state.data ? words[state.data] : state.isError ? words.checkFailed : words.checking}
        </p>
        <Action
          state={state.data}
          failed={state.isError}
          busy={changing.isPending}
          onChange={(on) => changing.mutate(on)}
          onRetry={() => void state.refetch()}
        />
      </div>
    </div>
  );
}

interface ActionProps {
  state: PushState | undefined;
  failed: boolean;
  busy: boolean;
  onChange: (on: boolean) => void;
  onRetry: () => void;
}

function Action({ state, failed, busy, onChange, onRetry }: ActionProps) {
  if (state === "off") {
    return (
      <Button size="sm" variant="primary" busy={busy} onClick={() => onChange(true)}>
        {words.turnOn}
      </Button>
    );
  }
  if (state === "on") {
    return (
      <Button size="sm" busy={busy} onClick={() => onChange(false)}>
        {words.turnOff}
      </Button>
    );
  }
  if (state === undefined && failed) {
    return (
      <Button size="sm" onClick={onRetry}>
        {strings.ui.retry}
      </Button>
    );
  }
  return null;
}
