import { strings } from "@/strings";

const words = strings.session;
const MIN_PASSWORD = 8;

type Check = (value: string) => string | undefined;

/** What can be said about a field before the server is asked; the server has the last word. */
export const checkUsername: Check = (value) => {
  if (!value) return words.usernameMissing;
  return /^[A-Za-z0-9_]{1,30}$/.test(value) ? undefined : words.usernameShape;
};

export const checkEmail: Check = (value) => (/^\S+@\S+$/.test(value) ? undefined : words.emailShape);

export const checkNewPassword: Check = (value) => (value.length >= MIN_PASSWORD ? undefined : words.passwordShort);

/** Runs one check a field and keeps what is wrong; null when nothing is. */
export function checkAll<Field extends string>(
  checks: Record<Field, string | undefined>,
): Partial<Record<Field, string>> | null {
  const wrong: Partial<Record<Field, string>> = {};
  for (const field of Object.keys(checks) as Field[]) {
    const message = checks[field];
    if (message !== undefined) wrong[field] = message;
  }
  return Object.keys(wrong).length > 0 ? wrong : null;
}
