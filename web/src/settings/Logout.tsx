import { useMutation } from "@tanstack/react-query";
import { useSessionStore } from "@/session/context";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { LogoutIcon } from "@/ui/icons";
import { problemText } from "@/ui/problem-text";
import { useToast } from "@/ui/toast-context";

export function Logout() {
  const session = useSessionStore();
  const toast = useToast();
  const leaving = useMutation({
    mutationFn: () => session.logout(),
    onSuccess: () => toast({ message: strings.session.loggedOut }),
    onError: (error) => toast({ message: problemText(error), tone: "error" }),
  });
  return (
    <Button busy={leaving.isPending} onClick={() => leaving.mutate()}>
      <LogoutIcon />
      {strings.settings.logout}
    </Button>
  );
}
