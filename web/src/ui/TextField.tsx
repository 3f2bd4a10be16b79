import { useId, useState, type ComponentProps, type ReactNode } from "react";
import { strings } from "@/strings";
import { cx } from "./cx";
import { IconButton } from "./IconButton";
import { EyeIcon, EyeOffIcon } from "./icons";

interface FieldTexts {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

type TextFieldProps = Omit<ComponentProps<"input">, "id"> & FieldTexts;
type TextAreaProps = Omit<ComponentProps<"textarea">, "id"> & FieldTexts;

const BOX =
  "w-full rounded-control border bg-canvas px-4 py-2.5 text-base text-ink placeholder:text-muted transition-colors disabled:opacity-60";

function boxClass(error: string | undefined, className?: string): string {
  return cx(BOX, error ? "border-danger" : "border-line-strong hover:border-muted", className);
}

interface FieldProps extends FieldTexts {
  id: string;
  children: ReactNode;
}

function Field({ id, label, hint, error, children }: FieldProps) {
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="mt-1.5 text-sm text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  );
}

export function TextField({ label, hint, error, type = "text", className, ...props }: TextFieldProps) {
  const id = useId();
  const [revealed, setRevealed] = useState(false);
  const isPassword = type === "password";

  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <div className="relative">
        <input
          id={id}
          type={isPassword && revealed ? "text" : type}
          aria-invalid={error ? true : undefined}
          aria-describedby={error || hint ? `${id}-note` : undefined}
          className={boxClass(error, cx("min-h-12", isPassword && "pe-13", className))}
          {...props}
        />
        {isPassword && (
          <IconButton
            label={revealed ? strings.ui.hidePassword : strings.ui.showPassword}
            icon={revealed ? <EyeOffIcon /> : <EyeIcon />}
            onClick={() => setRevealed(!revealed)}
            className="absolute end-0.5 top-0.5 text-muted"
          />
        )}
      </div>
    </Field>
  );
}

export function TextArea({ label, hint, error, className, rows = 3, ...props }: TextAreaProps) {
  const id = useId();
  return (
    <Field id={id} label={label} hint={hint} error={error}>
      <textarea
        id={id}
        rows={rows}
        dir="auto"
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-note` : undefined}
        className={boxClass(error, cx("resize-none", className))}
        {...props}
      />
    </Field>
  );
}
