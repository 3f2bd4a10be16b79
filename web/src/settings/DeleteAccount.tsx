import { useState } from "react";
import { useApi } from "@/api/context";
import { useSessionStore } from "@/session/context";
import { checkAll } from "@/session/rules";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form } from "@/ui/Form";
import { TextField } from "@/ui/TextField";
import { useToast } from "@/ui/toast-context";
import { useForm } from "@/ui/use-form";

const words = strings.settings;

export function DeleteAccount({ username }: { username: string }) {
  const [asking, setAsking] = useState(false);
  const close = () => setAsking(false);
  return (
    <>
      <Button variant="danger" onClick={() => setAsking(true)}>
        {words.removeButton}
      </Button>
      <Dialog open={asking} onClose={close} title={words.removeTitle}>
        <ConfirmDeletion username={username} onCancel={close} />
      </Dialog>
    </>
  );
}

function ConfirmDeletion({ username, onCancel }: { username: string; onCancel: () => void }) {
  const api = useApi();
  const session = useSessionStore();
  const toast = useToast();
  const { field, submit, busy, errors } = useForm({
    initial: { password: "" },
    check: ({ password }) => checkAll({ password: password ? undefined : strings.session.passwordMissing }),
    send: (confirmation) => api.delete("/users/me", confirmation),
    onDone: () => {
      session.forget();
      toast({ message: words.removed });
    },
  });

  return (
    <Form onSubmit={submit} errors={errors} className="p-4">
      <p className="text-sm text-muted">{words.removeText(username)}</p>
      <TextField {...field("password")} label={strings.session.password} type="password" autoComplete="current-password" />
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="quiet" onClick={onCancel}>
          {strings.ui.cancel}
        </Button>
        <Button type="submit" variant="danger" busy={busy}>
          {words.removeConfirm}
        </Button>
      </div>
    </Form>
  );
}
