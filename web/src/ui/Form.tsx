import { useEffect, useRef, type ReactNode } from "react";
import { cx } from "./cx";
import type { FormErrors } from "./form-errors";

interface FormProps {
  onSubmit: () => void;
  /** After a failed try the focus goes to the first field that is wrong. */
  errors: FormErrors<string>;
  children: ReactNode;
  id?: string;
  className?: string;
}

export function Form({ onSubmit, errors, children, id, className }: FormProps) {
  const ref = useRef<HTMLFormElement>(null);
  const wrong = Object.keys(errors.fields).join();

  useEffect(() => {
    if (wrong) ref.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [wrong]);

  return (
    <form
      ref={ref}
      id={id}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      className={cx("flex flex-col gap-5", className)}
    >
      <p role="alert" className={cx("rounded-control bg-danger-soft px-4 py-3 text-sm text-danger", !errors.form && "hidden")}>
        {errors.form}
      </p>
      {children}
    </form>
  );
}
