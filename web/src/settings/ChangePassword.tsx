import { useQueryClient } from "@tanstack/react-query";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import { checkAll, checkNewPassword } from "@/session/rules";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Form } from "@/ui/Form";
import { TextField } from "@/ui/TextField";
import { useToast } from "@/ui/toast-context";
import { useForm } from "@/ui/use-form";

const words = strings.settings;

export function ChangePassword({ username }: { username: string }) {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  const { field, submit, clear, busy, errors } = useForm({
    initial: { current_password: "", new_password: "" },
    check: ({ current_password, new_password }) =>
      checkAll({
        current_password: current_password ? undefined : strings.session.passwordMissing,
        new_password: checkNewPassword(new_password),
      }),
    send: (passwords) => api.post("/auth/password", passwords),
    onDone: () => {
      clear();
      toast({ message: words.passwordChanged });
      void queries.invalidateQueries({ queryKey: keys.sessions() });
    },
  });

  return (
    <Form onSubmit={submit} errors={errors} className="max-w-md">
      {/* Lets password managers find the right entry. */}
      <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
      <TextField
        {...field("current_password")}
        label={words.currentPassword}
        type="password"
        autoComplete="current-password"
      />
      <TextField
        {...field("new_password")}
        label={words.newPassword}
        hint={strings.session.passwordHint}
        type="password"
        autoComplete="new-password"
      />
      <Button type="submit" busy={busy} className="self-start">
        {words.changePassword}
      </Button>
    </Form>
  );
}
