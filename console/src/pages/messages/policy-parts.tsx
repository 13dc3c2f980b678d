import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import Button from "antd/es/button";
import { Fragment, type ReactNode, useState } from "react";
import { useTexts } from "../../texts/texts.ts";
import { CATEGORIES, CHANNELS } from "./messages-data.ts";

/** A sentence with fields in it: "每 {period} 最多 {max} 条". */
export function Sentence({ text, fields }: { text: string; fields: Readonly<Record<string, ReactNode>> }) {
  return (
    <span className="ms-policy-sentence">
      {text.split(/\{(\w+)\}/).map((part, place) => {
        const key = `${place} ${part}`;
        return place % 2 === 0 ? <span key={key}>{part.trim()}</span> : <Fragment key={key}>{fields[part]}</Fragment>;
      })}
    </span>
  );
}

interface PickProps {
  readonly label: string;
  readonly value: string | null;
  readonly options: readonly (readonly [string | null, string])[];
  readonly onChange: (value: string | null) => void;
  readonly disabled: boolean;
}

export function Pick({ label, value, options, onChange, disabled }: PickProps) {
  return (
    <select
      className="ht-select"
      aria-label={label}
      disabled={disabled}
      value={value ?? ""}
      onChange={(event) => onChange(event.target.value === "" ? null : event.target.value)}
    >
      {options.map(([key, word]) => (
        <option key={key ?? ""} value={key ?? ""}>
          {word}
        </option>
      ))}
    </select>
  );
}

interface NumberProps {
  readonly label: string;
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly disabled: boolean;
  /** So many of the stored unit are one of the shown. */
  readonly scale?: number;
}

/** A number in a sentence; what is no number stands marked, and cannot be kept. */
export function NumberPart({ label, value, onChange, disabled, scale = 1 }: NumberProps) {
  const [text, setText] = useState(Number.isNaN(value) ? "" : String(value / scale));
  const read = (word: string) => (/^\d{1,10}(\.\d{1,2})?$/.test(word) ? Math.round(Number(word) * scale) : Number.NaN);
  const wrong = Number.isNaN(read(text)) || (scale === 1 && text.includes("."));
  return (
    <input
      className="ht-input ms-number"
      inputMode="decimal"
      aria-label={label}
      aria-invalid={wrong}
      disabled={disabled}
      value={text}
      onChange={(event) => {
        const { value: word } = event.target;
        setText(word);
        onChange(scale === 1 && word.includes(".") ? Number.NaN : read(word));
      }}
    />
  );
}

export function useOptions() {
  const t = useTexts("messages");
  const channels = CHANNELS.map((key) => [key, t(`channel.${key}`)] as const);
  const categories = CATEGORIES.map((key) => [key, t(`category.${key}`)] as const);
  return {
    t,
    channels,
    categories,
    any_channel: [[null, t("policy.any_channel")] as const, ...channels],
    any_category: [[null, t("policy.any_category")] as const, ...categories],
    periods: (["day", "week", "month"] as const).map((key) => [key, t(`policy.${key}`)] as const),
  };
}

export function Part({ title, children, add }: { title: string; children: ReactNode; add?: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <div className="ms-policy-rows">{children}</div>
      {add}
    </section>
  );
}

interface RowsProps<Row> {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly most: number;
  readonly fresh: Row;
  readonly none: string;
  readonly may: boolean;
  readonly onRows: (rows: readonly Row[]) => void;
  readonly line: (row: Row, set: (more: Partial<Row>) => void) => ReactNode;
}

/** Rules of one kind, a sentence each. */
export function Rows<Row extends object>({ title, rows, most, fresh, none, may, onRows, line }: RowsProps<Row>) {
  const t = useTexts("messages");
  // a rule that goes takes its fields along: the others keep what was typed in theirs
  const [keys, setKeys] = useState(() => rows.map((_, at) => at));
  const next = Math.max(-1, ...keys) + 1;
  return (
    <Part
      title={title}
      add={
        may && rows.length < most ? (
          <Button
            size="small"
            icon={<PlusOutlined />}
            onClick={() => {
              setKeys([...keys, next]);
              onRows([...rows, fresh]);
            }}
          >
            {t("policy.add")}
          </Button>
        ) : undefined
      }
    >
      {rows.length === 0 ? <p className="ht-note">{none}</p> : null}
      {rows.map((row, at) => (
        <div key={keys[at] ?? at} className="ms-policy-row">
          {line(row, (more) => onRows(rows.map((one, place) => (place === at ? { ...one, ...more } : one))))}
          {may ? (
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t("policy.remove", { title, n: at + 1 })}
              onClick={() => {
                setKeys(keys.filter((_, place) => place !== at));
                onRows(rows.filter((_, place) => place !== at));
              }}
            />
          ) : null}
        </div>
      ))}
    </Part>
  );
}

interface TicksProps<Key> {
  readonly label: string;
  readonly keys: readonly (readonly [Key, string])[];
  readonly on: readonly Key[];
  readonly may: boolean;
  readonly onPut: (list: readonly Key[]) => void;
}

/** Several of a few, in a sentence. */
export function Ticks<Key extends string>({ label, keys, on, may, onPut }: TicksProps<Key>) {
  const toggled = (key: Key) => (on.includes(key) ? on.filter((one) => one !== key) : [...on, key]);
  return (
    <span role="group" aria-label={label} className="ms-ticks">
      {keys.map(([key, word]) => (
        <label key={key} className="ms-check">
          <input type="checkbox" disabled={!may} checked={on.includes(key)} onChange={() => onPut(toggled(key))} />
          {word}
        </label>
      ))}
    </span>
  );
}
