import { CloseOutlined } from "@ant-design/icons";
import { useId, useState } from "react";
import { Choices } from "../../parts/chips.tsx";
import { type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import { ChoiceList } from "./choice-list.tsx";
import type { Scalar } from "./model/draft.ts";
import { defaultValues, inDays, valuesNeeded } from "./model/draft.ts";
import { operatorWord } from "./model/sentence.ts";
import { named, type Operator, type SubjectType, type Unit, type ValueOption } from "./model/vocabulary.ts";

export interface Compared {
  readonly operator: Operator;
  readonly values: readonly Scalar[];
}

interface ComparisonEditorProps {
  readonly type: SubjectType;
  readonly operators: readonly Operator[];
  readonly options: readonly ValueOption[] | undefined;
  readonly unit: Unit | undefined;
  readonly value: Compared;
  readonly onChange: (value: Compared) => void;
  /** For how often something was done: offers "没有". */
  readonly never?: boolean;
}

/** Values that still make sense under another operator are kept. */
function switched(type: ComparisonEditorProps["type"], old: Compared, operator: Operator): Compared {
  const [before, after] = [valuesNeeded(old.operator), valuesNeeded(operator)];
  if (inDays(old.operator) !== inDays(operator)) return { operator, values: defaultValues(type, operator) };
  if (before === after) return { operator, values: old.values };
  if (after === 0) return { operator, values: [] };
  if (after === 1) return { operator, values: old.values.slice(0, 1) };
  if (before === 0) return { operator, values: defaultValues(type, operator) };
  return { operator, values: old.values };
}

export function ComparisonEditor(props: ComparisonEditorProps) {
  const { type, operators, value, onChange, never } = props;
  const t = useTexts("segments");
  const language = useLanguage();
  const isNever = never === true && value.operator === "eq" && value.values[0] === 0;
  const words = operators.map((operator) => ({
    key: operator as string,
    label: operatorWord(operator, language, type),
  }));
  const items = never === true ? [...words, { key: "never", label: t("editor.never") }] : words;
  const choose = (key: string) => {
    if (key === "never") onChange({ operator: "eq", values: [0] });
    else onChange(isNever ? { operator: key as Operator, values: [1] } : switched(type, value, key as Operator));
  };
  return (
    <>
      {type === "boolean" || items.length < 2 ? null : (
        <Choices
          label={t("editor.operator")}
          value={isNever ? "never" : value.operator}
          items={items}
          onChange={choose}
        />
      )}
      {isNever ? null : <ValueEditor {...props} t={t} />}
    </>
  );
}

function ValueEditor(props: ComparisonEditorProps & { t: Translate }) {
  const { type, options, value, onChange, t } = props;
  const needed = valuesNeeded(value.operator);
  const set = (values: readonly Scalar[]) => onChange({ operator: value.operator, values });
  if (needed === 0) return null;
  if (type === "boolean") return <YesNo value={value.values[0]} set={set} t={t} />;
  if (needed === "list" && options !== undefined && options.length > 0) {
    return (
      <ChoiceList
        label={t("editor.values")}
        options={options}
        multiple
        chosen={value.values.map(String)}
        onChange={set}
      />
    );
  }
  if (needed === "list") return <Tokens values={value.values} set={set} t={t} />;
  return <Fields {...props} count={needed} set={set} />;
}

function YesNo({
  value,
  set,
  t,
}: {
  value: Scalar | undefined;
  set: (values: readonly Scalar[]) => void;
  t: Translate;
}) {
  const current = value === undefined ? "" : String(value);
  const items = [
    { key: "true", label: t("editor.yes") },
    { key: "false", label: t("editor.no") },
  ];
  return <Choices label={t("editor.value")} value={current} items={items} onChange={(key) => set([key === "true"])} />;
}

/** Free values, one by one: article numbers, search words. */
function Tokens({
  values,
  set,
  t,
}: {
  values: readonly Scalar[];
  set: (values: readonly Scalar[]) => void;
  t: Translate;
}) {
  const [text, setText] = useState("");
  const add = () => {
    const word = text.trim();
    if (word !== "" && !values.includes(word)) set([...values, word]);
    setText("");
  };
  return (
    <div className="sg-tokens">
      {values.map((value) => (
        <span key={String(value)} className="sg-token">
          {String(value)}
          <button
            type="button"
            aria-label={t("editor.remove_value", { name: String(value) })}
            onClick={() => set(values.filter((one) => one !== value))}
          >
            <CloseOutlined aria-hidden="true" />
          </button>
        </span>
      ))}
      <input
        className="ht-input"
        data-first
        aria-label={t("editor.value")}
        placeholder={t("editor.add_text")}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onBlur={add}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          add();
        }}
      />
    </div>
  );
}

interface FieldsProps extends ComparisonEditorProps {
  readonly count: 1 | 2;
  readonly set: (values: readonly Scalar[]) => void;
}

/** One number or date, or two with words between. */
function Fields(props: FieldsProps) {
  const { count, set, value } = props;
  const t = useTexts("segments");
  const change = (index: number, next: Scalar | null) => {
    const values: (Scalar | null)[] = Array.from({ length: count }, (_, at) => value.values[at] ?? null);
    values[index] = next;
    const known = values.filter((one) => one !== null);
    set(known.length === values.length || index === 0 ? known : []);
  };
  return (
    <div className="sg-fields">
      {Array.from({ length: count }, (_, index) => (
        <OneField
          key={index}
          {...props}
          label={count === 1 ? t("editor.value") : t(index === 0 ? "editor.from" : "editor.to")}
          showLabel={count === 2}
          first={index === 0}
          current={value.values[index]}
          onValue={(next) => change(index, next)}
        />
      ))}
    </div>
  );
}

interface OneFieldProps extends ComparisonEditorProps {
  readonly label: string;
  readonly showLabel: boolean;
  readonly first: boolean;
  readonly current: Scalar | undefined;
  readonly onValue: (value: Scalar | null) => void;
}

/** Money is typed in yuan and kept in fen; a share is typed in per cent and kept as a fraction. */
const SCALES: Partial<Record<string, number>> = { money: 100, ratio: 0.01 };

function OneField({ type, unit, value, label, showLabel, first, current, onValue }: OneFieldProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  const id = useId();
  const relative = inDays(value.operator);
  const kind = relative
    ? "number"
    : type === "date"
      ? "date"
      : type === "text" || type === "code" || type === "segment"
        ? "text"
        : "number";
  const scale = relative ? 1 : (SCALES[type] ?? 1);
  const shown =
    current === undefined
      ? ""
      : kind === "number"
        ? String(Math.round((Number(current) / scale) * 1e6) / 1e6)
        : String(current);
  const [text, setText] = useState(shown);
  const suffix = relative
    ? t("editor.days")
    : type === "money"
      ? t("editor.yuan")
      : type === "ratio"
        ? "%"
        : unit === undefined
          ? ""
          : named(unit, language);
  const read = (next: string) => {
    setText(next);
    if (next.trim() === "") onValue(null);
    else if (kind !== "number") onValue(next);
    else if (Number.isFinite(Number(next)))
      onValue(
        type === "money" && !relative ? Math.round(Number(next) * 100) : Math.round(Number(next) * scale * 1e6) / 1e6,
      );
  };
  return (
    <div className="sg-field">
      <label htmlFor={id} className={showLabel ? undefined : "ht-hidden"}>
        {label}
      </label>
      <input
        id={id}
        className="ht-input"
        type={kind}
        inputMode={kind === "number" ? "decimal" : undefined}
        min={kind === "number" ? 0 : undefined}
        step="any"
        data-first={first ? true : undefined}
        value={text}
        onChange={(event) => read(event.target.value)}
      />
      {suffix === "" ? null : <span className="ht-note">{suffix}</span>}
    </div>
  );
}
