import type { Me } from "@/api/types";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Dialog } from "@/ui/Dialog";
import { Form } from "@/ui/Form";
import { TextField } from "@/ui/TextField";
import { useForm } from "@/ui/use-form";
import { useSession, useSessionStore } from "./context";
import { checkAll } from "./rules";

const words = strings.session;

/** Asks for the password over whatever was going on, so that nothing typed is lost. */
export function ExpiredDialog() {
  const session = useSession();
  return session.status === "expired" ? <AskAgain user={session.user} /> : null;
}

function AskAgain({ user }: { user: Me }) {
  const session = useSessionStore();
  const { field, submit, busy, errors } = useForm({
    initial: { password: "" },
    check: ({ password }) => checkAll({ password: password ? undefined : words.passwordMissing }),
    send: ({ password }) => session.login({ username: user.username, password }),
  });

  return (
    <Dialog open title={words.expiredTitle} dismissible={false} onClose={() => session.forget()}>
      <Form onSubmit={submit} errors={errors} className="p-4">
        <p className="text-sm text-muted">{words.expiredText(user.username)}</p>
        {/* Lets password managers find the right entry. */}
        <input type="text" name="username" autoComplete="username" value={user.username} readOnly hidden />
        <TextField {...field("password")} label={words.password} type="password" autoComplete="current-password" />
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="quiet" onClick={() => session.forget()}>
            {words.expiredLeave}
          </Button>
          <Button type="submit" variant="primary" busy={busy}>
            {words.loginButton}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
