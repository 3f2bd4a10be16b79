import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { formErrors, type FormErrors } from "./form-errors";

interface FormSetup<Field extends string> {
  initial: Record<Field, string>;
  /** What is wrong before the server is asked, by field; null when nothing is. */
  check: (values: Record<Field, string>) => Partial<Record<Field, string>> | null;
  send: (values: Record<Field, string>) => Promise<unknown>;
  onDone?: () => void;
}

interface FormState<Field extends string> {
  values: Record<Field, string>;
  errors: FormErrors<Field>;
  busy: boolean;
  /** Whether something was typed that differs from the start. */
  changed: boolean;
  submit: () => void;
  /** Back to the start. */
  clear: () => void;
  /** What a field of that name needs. */
  field: (name: Field) => {
    name: Field;
    value: string;
    error: string | undefined;
    onChange: (event: { target: { value: string } }) => void;
  };
}

/** Values, checks and sending of a small form. Nothing typed is lost when sending fails. */
export function useForm<Field extends string>({ initial, check, send, onDone }: FormSetup<Field>): FormState<Field> {
  const [values, setValues] = useState(initial);
  const [wrong, setWrong] = useState<Partial<Record<Field, string>> | null>(null);
  const [mended, setMended] = useState<ReadonlySet<Field>>(new Set());
  const sending = useMutation({ mutationFn: send, onSuccess: () => onDone?.() });
  const changed = Object.keys(initial).some((name) => values[name as Field] !== initial[name as Field]);

  const errors: FormErrors<Field> = wrong
    ? { fields: wrong, form: null }
    : formErrors(sending.error, Object.keys(initial) as Field[]);

  const submit = () => {
    if (sending.isPending) return;
    sending.reset();
    setMended(new Set());
    const found = check(values);
    setWrong(found);
    if (found === null) sending.mutate(values);
  };

  const field = (name: Field) => ({
    name,
    value: values[name],
    // What was wrong is not held against somebody who is mending it.
    error: mended.has(name) ? undefined : errors.fields[name],
    onChange: ({ target }: { target: { value: string } }) => {
      setValues((before) => ({ ...before, [name]: target.value }));
      setMended((before) => new Set(before).add(name));
    },
  });

  const clear = () => {
    setValues(initial);
    setWrong(null);
    sending.reset();
  };

  return { values, errors, busy: sending.isPending, changed, submit, clear, field };
}
