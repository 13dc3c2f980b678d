import { useState } from "react";

interface InlineProps {
  readonly label: string;
  readonly width?: number;
}

/** "12.5" → 1250; empty → null; anything else is not understood. */
export function readMinor(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  if (!/^\d{1,9}(\.\d{1,2})?$/.test(text.trim())) return undefined;
  return Math.round(Number(text) * 100);
}

const minorText = (minor: number | null) => (minor === null ? "" : String(minor / 100));

/** An amount inside a sentence. */
export function InlineMoney({
  label,
  width = 84,
  value,
  onChange,
}: InlineProps & { value: number | null; onChange: (minor: number | null) => void }) {
  const [text, setText] = useState(minorText(value));
  const wrong = readMinor(text) === undefined;
  return (
    <input
      className="cp-inline"
      style={{ width }}
      inputMode="decimal"
      aria-label={label}
      aria-invalid={wrong}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        const minor = readMinor(event.target.value);
        if (minor !== undefined) onChange(minor);
      }}
    />
  );
}

/** A whole number inside a sentence. */
export function InlineCount({
  label,
  width = 64,
  value,
  onChange,
}: InlineProps & { value: number | null; onChange: (count: number | null) => void }) {
  const [text, setText] = useState(value === null ? "" : String(value));
  return (
    <input
      className="cp-inline"
      style={{ width }}
      inputMode="numeric"
      aria-label={label}
      aria-invalid={!/^\d*$/.test(text)}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        if (/^\d{0,9}$/.test(event.target.value))
          onChange(event.target.value === "" ? null : Number(event.target.value));
      }}
    />
  );
}

const words = (text: string): string[] => text.split(/[\s,，、;；]+/).filter((word) => word !== "");

/** Codes inside a sentence, parted by commas. */
export function InlineCodes({
  label,
  width = 220,
  placeholder,
  value,
  onChange,
}: InlineProps & { placeholder: string; value: readonly string[]; onChange: (codes: readonly string[]) => void }) {
  const [text, setText] = useState(value.join("，"));
  return (
    <input
      className="cp-inline cp-inline-long"
      style={{ width }}
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setText(event.target.value);
        onChange(words(event.target.value));
      }}
    />
  );
}

export function InlineText({
  label,
  width = 160,
  value,
  onChange,
}: InlineProps & { value: string; onChange: (text: string) => void }) {
  return (
    <input
      className="cp-inline cp-inline-long"
      style={{ width }}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

export function InlineSelect<Value extends string>({
  label,
  value,
  options,
  onChange,
}: InlineProps & {
  value: Value;
  options: readonly { readonly value: Value; readonly label: string }[];
  onChange: (value: Value) => void;
}) {
  return (
    <select
      className="ht-select cp-inline-select"
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value as Value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
