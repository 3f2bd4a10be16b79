import { Link, useLocation } from "react-router";
import { strings } from "@/strings";
import { Button } from "@/ui/Button";
import { Form } from "@/ui/Form";
import { TextField } from "@/ui/TextField";
import { useForm } from "@/ui/use-form";
import { AuthPage } from "./AuthPage";
import { useSessionStore } from "./context";
import { checkAll, checkEmail, checkNewPassword, checkUsername } from "./rules";

const words = strings.session;

export function RegisterPage() {
  const session = useSessionStore();
  const { search } = useLocation();
  const { field, submit, busy, errors } = useForm({
    initial: { username: "", display_name: "", email: "", password: "" },
    check: ({ username, email, password }) =>
      checkAll({
        username: checkUsername(username.trim()),
        email: checkEmail(email.trim()),
        password: checkNewPassword(password),
        display_name: undefined,
      }),
    send: ({ username, display_name, email, password }) =>
      session.register({
        username: username.trim(),
        email: email.trim(),
        password,
        ...(display_name.trim() && { display_name: display_name.trim() }),
      }),
  });

  return (
    <AuthPage
      title={words.registerTitle}
      lead={words.registerLead}
      footer={
        <>
          {words.haveAccount}{" "}
          <Link to={{ pathname: "/login", search }} className="font-semibold text-accent underline underline-offset-4">
            {words.loginTitle}
          </Link>
        </>
      }
    >
      <Form onSubmit={submit} errors={errors}>
        <TextField
          {...field("username")}
          label={words.username}
          hint={words.usernameHint}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={30}
        />
        <TextField
          {...field("display_name")}
          label={words.displayName}
          hint={words.displayNameHint}
          autoComplete="name"
          dir="auto"
        />
        <TextField {...field("email")} label={words.email} hint={words.emailHint} type="email" autoComplete="email" />
        <TextField
          {...field("password")}
          label={words.password}
          hint={words.passwordHint}
          type="password"
          autoComplete="new-password"
        />
        <Button type="submit" variant="primary" busy={busy} className="w-full">
          {words.registerButton}
        </Button>
      </Form>
    </AuthPage>
  );
}
