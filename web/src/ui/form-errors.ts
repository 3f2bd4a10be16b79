import { ApiProblem } from "@/api/problem";
import { problemText } from "./problem-text";

export interface FormErrors<Field extends string> {
  fields: Partial<Record<Field, string>>;
  /** What belongs to no field of the form. */
  form: string | null;
}

/** Sorts a failed call's messages to the fields of a form. */
export function formErrors<Field extends string>(error: unknown, known: readonly Field[]): FormErrors<Field> {
  if (error === null || error === undefined) return { fields: {}, form: null };
  const messages = error instanceof ApiProblem ? error.fieldErrors : {};
  const fields: Partial<Record<Field, string>> = {};
  for (const field of known) {
    const message = messages[field];
    if (message) fields[field] = message;
  }
  const placed = Object.keys(fields).length > 0;
  return { fields, form: placed ? null : problemText(error) };
}
