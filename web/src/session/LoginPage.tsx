import { Link, useLocation } from "react-router";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Form } from "@/ui/Form";
import { TextField } from "@/ui/TextField";
import { useForm } from "@/ui/use-form";
import { AuthPage } from "./AuthPage";
import { useSessionStore } from "./context";
import { checkAll } from "./rules";

const words = strings.session;

export function LoginPage() {
  const session = useSessionStore();
  const { search } = useLocation();
  const { field, submit, busy, errors } = useForm({
    initial: { username: "", password: "" },
    check: ({ username, password }) =>
      checkAll({
        username: username.trim() ? undefined : words.loginMissing,
        password: password ? undefined : words.passwordMissing,
      }),
    send: ({ username, password }) => session.login({ username: username.trim(), password }),
  });

  return (
    <AuthPage
      title={words.loginTitle}
      lead={words.loginLead}
      footer={
        <>
          {words.noAccount}{" "}
          <Link to={{ pathname: "/register", search }} className="font-semibold text-accent underline underline-offset-4">
            {words.registerTitle}
          </Link>
        </>
      }
    >
      <Form onSubmit={submit} errors={errors}>
        <TextField
          {...field("username")}
          label={words.loginField}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
        />
        <TextField {...field("password")} label={words.password} type="password" autoComplete="current-password" />
        <Button type="submit" variant="primary" busy={busy} className="w-full">
          {words.loginButton}
        </Button>
      </Form>
    </AuthPage>
  );
}
