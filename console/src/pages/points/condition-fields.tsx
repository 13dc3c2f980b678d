import { useId, useState } from "react";
import { SelectField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import type { CodeOptions } from "./code-names.ts";
import { CodesField, NumberField, ToggleSet } from "./fields.tsx";
import type { When, Where } from "./programme.ts";

interface WhereFieldsProps {
  readonly value: Where;
  readonly options: CodeOptions;
  readonly onChange: (where: Where) => void;
  readonly t: Translate;
}

const WHERE = [
  ["categories", "categories"],
  ["brands", "brands"],
  ["skus", undefined],
  ["except_categories", "categories"],
  ["except_skus", undefined],
  ["stores", "stores"],
  ["channels", "channels"],
] as const;

/** Which goods in which stores and channels count. */
export function WhereFields({ value, options, onChange, t }: WhereFieldsProps) {
  return (
    <div className="po-form">
      {WHERE.map(([name, list]) => (
        <CodesField
          key={name}
          label={t(`setting.${name}`)}
          codes={value[name] ?? []}
          options={list === undefined ? [] : options[list]}
          onChange={(codes) => onChange({ ...value, [name]: codes })}
        />
      ))}
    </div>
  );
}

interface WhenFieldsProps {
  readonly value: When;
  readonly options: CodeOptions;
  readonly onChange: (when: When) => void;
  readonly t: Translate;
}

/** When a multiplier holds: weekdays, days of the month, around birthdays, for tiers. */
export function WhenFields({ value, options, onChange, t }: WhenFieldsProps) {
  const { birthday } = value;
  const around = birthday === undefined ? "no" : birthday.month === true ? "month" : "days";
  return (
    <div className="po-form">
      <ToggleSet
        label={t("setting.weekdays")}
        chosen={value.weekdays ?? []}
        items={[1, 2, 3, 4, 5, 6, 7].map((day) => ({ value: day, label: t(`weekday.${day}`) }))}
        onChange={(weekdays) => onChange({ ...value, weekdays })}
      />
      <MonthDays days={value.month_days ?? []} onChange={(month_days) => onChange({ ...value, month_days })} t={t} />
      <SelectField
        label={t("setting.birthday")}
        value={around}
        onChange={(next) =>
          onChange({
            ...value,
            birthday: next === "no" ? undefined : next === "month" ? { month: true } : { days_around: 3 },
          })
        }
        options={["no", "days", "month"].map((one) => ({ value: one, label: t(`birthday.${one}`) }))}
      />
      {around === "days" ? (
        <NumberField
          label={t("birthday.around")}
          unit={t("unit.days")}
          value={birthday?.days_around}
          onChange={(days_around) => onChange({ ...value, birthday: { days_around } })}
        />
      ) : null}
      <CodesField
        label={t("setting.tiers")}
        codes={value.tiers ?? []}
        options={options.tiers}
        onChange={(tiers) => onChange({ ...value, tiers })}
      />
    </div>
  );
}

const daysOf = (text: string): readonly number[] => [
  ...new Set([...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))),
];

/** "8, 18, 28": days of the month as they are said. */
function MonthDays({
  days,
  onChange,
  t,
}: {
  days: readonly number[];
  onChange: (days: readonly number[]) => void;
  t: Translate;
}) {
  const id = useId();
  const [text, setText] = useState(() => days.join(", "));
  const shown = daysOf(text).join() === days.join() ? text : days.join(", ");
  return (
    <div className="ht-field">
      <label htmlFor={id}>{t("setting.month_days")}</label>
      <input
        id={id}
        className="ht-input"
        autoComplete="off"
        placeholder="8, 18, 28"
        value={shown}
        onChange={(event) => {
          setText(event.target.value);
          onChange(daysOf(event.target.value));
        }}
      />
    </div>
  );
}
