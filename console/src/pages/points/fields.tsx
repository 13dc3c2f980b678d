import { CloseOutlined } from "@ant-design/icons";
import { useId, useState } from "react";
import { pick, useTexts } from "../../texts/texts.ts";
import type { CodeOption } from "./code-names.ts";

/** "12.5" by a scale of 100 → 1250. @returns undefined where it is no such number */
function readNumber(text: string, scale: number): number | undefined {
  const plain = text.replaceAll(",", "").trim();
  if (!/^\d{1,12}(\.\d{1,2})?$/.test(plain)) return undefined;
  const value = Number(plain) * scale;
  return Math.abs(value - Math.round(value)) < 1e-6 ? Math.round(value) : undefined;
}

const typed = (value: number | undefined, scale: number): string => (value === undefined ? "" : String(value / scale));

interface NumberFieldProps {
  readonly label: string;
  readonly unit?: string;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  /** So many of the stored unit are one of the shown: 100 for yuan. */
  readonly scale?: number;
  readonly hint?: string;
  readonly wrong?: boolean;
}

/** A number with its unit; what is no number is kept as typed, and the rule then lacks it. */
export function NumberField({ label, unit, value, onChange, scale = 1, hint, wrong = false }: NumberFieldProps) {
  const id = useId();
  const t = useTexts("points");
  const [text, setText] = useState(() => typed(value, scale));
  // another version was chosen: what was typed is not what stands there any more
  const shown = readNumber(text, scale) === value ? text : typed(value, scale);
  const unread = shown !== "" && readNumber(shown, scale) === undefined;
  return (
    <div className="ht-field po-number">
      <label htmlFor={id}>{label}</label>
      <span className="po-with-unit">
        <input
          id={id}
          className="ht-input"
          inputMode="decimal"
          autoComplete="off"
          value={shown}
          aria-invalid={wrong || unread}
          onChange={(event) => {
            setText(event.target.value);
            onChange(readNumber(event.target.value, scale));
          }}
        />
        {unit === undefined ? null : <span className="ht-unit">{unit}</span>}
      </span>
      {unread ? <p className="ht-field-error">{t("field.no_number")}</p> : null}
      {hint === undefined ? null : <p className="ht-field-hint">{hint}</p>}
    </div>
  );
}

interface CodesFieldProps {
  readonly label: string;
  readonly codes: readonly string[];
  readonly options: readonly CodeOption[];
  readonly onChange: (codes: readonly string[]) => void;
}

/** Codes as chips: typed or chosen from what the data know; Enter adds, the cross takes away. */
export function CodesField({ label, codes, options, onChange }: CodesFieldProps) {
  const id = useId();
  const t = useTexts("points");
  const [text, setText] = useState("");
  const nameOf = (code: string) => {
    const found = options.find(({ value }) => value === code);
    return found === undefined ? code : pick(found.zh, found.en);
  };
  const add = (typedText: string) => {
    const word = typedText.trim();
    setText("");
    if (word === "") return;
    const code = options.find(({ value, zh, en }) => [value, zh, en].includes(word))?.value ?? word;
    if (!codes.includes(code)) onChange([...codes, code]);
  };
  return (
    <div className="ht-field po-codes">
      <label htmlFor={id}>{label}</label>
      {codes.length === 0 ? null : (
        <span className="po-chips">
          {codes.map((code) => (
            <span key={code} className="ht-chip ht-chip-accent">
              {nameOf(code)}
              <button
                type="button"
                aria-label={t("field.remove", { name: nameOf(code) })}
                onClick={() => onChange(codes.filter((one) => one !== code))}
              >
                <CloseOutlined />
              </button>
            </span>
          ))}
        </span>
      )}
      <input
        id={id}
        className="ht-input"
        list={`${id}-list`}
        autoComplete="off"
        placeholder={t("field.add_code")}
        value={text}
        onChange={(event) => {
          const chosen = options.some(({ value, zh, en }) => [value, zh, en].includes(event.target.value));
          if (chosen) add(event.target.value);
          else setText(event.target.value);
        }}
        onBlur={() => add(text)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add(text);
        }}
      />
      <datalist id={`${id}-list`}>
        {options
          .filter(({ value }) => !codes.includes(value))
          .map((one) => (
            <option key={one.value} value={pick(one.zh, one.en)} />
          ))}
      </datalist>
    </div>
  );
}

interface ToggleSetProps<Value extends string | number> {
  readonly label: string;
  readonly chosen: readonly Value[];
  readonly items: readonly { readonly value: Value; readonly label: string }[];
  readonly onChange: (chosen: readonly Value[]) => void;
}

/** Several of a few: pressed ones count. */
export function ToggleSet<Value extends string | number>({ label, chosen, items, onChange }: ToggleSetProps<Value>) {
  return (
    <div className="ht-field po-wide">
      <span className="po-label">{label}</span>
      <div className="ht-choices" role="group" aria-label={label}>
        {items.map(({ value, label: word }) => (
          <button
            key={value}
            type="button"
            className="ht-choice"
            aria-pressed={chosen.includes(value)}
            onClick={() =>
              onChange(chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value])
            }
          >
            {word}
          </button>
        ))}
      </div>
    </div>
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly min?: string | undefined;
  readonly max?: string | undefined;
  readonly onChange: (day: string | undefined) => void;
  readonly hint?: string;
}

export function DayField({ label, value, min, max, onChange, hint }: DayFieldProps) {
  const id = useId();
  return (
    <div className="ht-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="ht-input"
        type="date"
        value={value ?? ""}
        min={min}
        max={max}
        onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
      />
      {hint === undefined ? null : <p className="ht-field-hint">{hint}</p>}
    </div>
  );
}

export interface Problem {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}

/** What is wrong at a place, said there. */
export function Problems({ problems, at }: { problems: readonly Problem[]; at: (path: string) => boolean }) {
  const t = useTexts("points");
  const here = problems.filter(({ path }) => at(path));
  if (here.length === 0) return null;
  return (
    <ul className="po-problems" role="alert">
      {here.map((one) => {
        const field = one.path.split("/").at(-1) ?? "";
        return (
          <li key={`${one.path} ${one.en}`}>
            {/^\d*$/.test(field) ? null : `${t(`setting.${field}`, { defaultValue: field })}${t("colon")}`}
            {pick(one.zh, one.en)}
          </li>
        );
      })}
    </ul>
  );
}
