import Input from "antd/es/input";
import { type ReactNode, useId } from "react";
import "./form.css";

interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
  readonly type?: "text" | "email" | "password" | "number" | "date";
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly disabled?: boolean;
}

/** A labelled text field; hint and error are tied to it for screen readers. */
export function TextField(props: TextFieldProps) {
  const { label, value, onChange, hint, error, type = "text", autoComplete = "off", required = true } = props;
  const id = useId();
  const common = {
    id,
    value,
    required,
    autoComplete,
    autoFocus: props.autoFocus ?? false,
    disabled: props.disabled ?? false,
    placeholder: props.placeholder ?? "",
    "aria-describedby": `${id}-hint`,
    "aria-invalid": Boolean(error),
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => onChange(event.target.value),
    ...(props.autoFocus ? { "data-autofocus": "" } : {}),
    ...(error ? { status: "error" as const } : {}),
  };
  return (
    <div className="ht-field">
      <label htmlFor={id}>{label}</label>
      {type === "password" ? <Input.Password {...common} /> : <Input type={type} {...common} />}
      <div id={`${id}-hint`}>
        {error ? <p className="ht-field-error">{error}</p> : null}
        {hint ? <p className="ht-field-hint">{hint}</p> : null}
      </div>
    </div>
  );
}

interface LongTextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: ReactNode;
  readonly rows?: number;
  readonly autoFocus?: boolean;
}

/** A labelled field for whole sentences. */
export function LongTextField({ label, value, onChange, hint, rows = 5, autoFocus }: LongTextFieldProps) {
  const id = useId();
  return (
    <div className="ht-field">
      <label htmlFor={id}>{label}</label>
      <Input.TextArea
        id={id}
        rows={rows}
        value={value}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
        {...(autoFocus ? { "data-autofocus": "" } : {})}
      />
      <div id={`${id}-hint`}>{hint ? <p className="ht-field-hint">{hint}</p> : null}</div>
    </div>
  );
}

interface SelectFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly hint?: ReactNode;
}

/** A labelled native select. */
export function SelectField({ label, value, onChange, options, hint }: SelectFieldProps) {
  const id = useId();
  return (
    <div className="ht-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="ht-select" value={value} onChange={(event) => onChange(event.target.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      {hint ? <p className="ht-field-hint">{hint}</p> : null}
    </div>
  );
}

/** Why the form was refused. */
export function FormError({ text }: { text: string | null }) {
  return <div role="alert">{text === null || text === "" ? null : <p className="ht-form-error">{text}</p>}</div>;
}
