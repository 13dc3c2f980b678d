import { SelectField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import { NumberField } from "./fields.tsx";
import type { Expiry } from "./programme.ts";

type Choice = "inherit" | "none" | "months" | "days" | "sliding" | "calendar";

const choiceOf = (expiry: Expiry | undefined): Choice => {
  if (expiry === undefined) return "inherit";
  if (expiry.kind !== "rolling") return expiry.kind;
  return "days" in expiry ? "days" : "months";
};

const START: Readonly<Record<Exclude<Choice, "inherit">, Expiry>> = {
  none: { kind: "none" },
  months: { kind: "rolling", months: 12, round_to: "month" },
  days: { kind: "rolling", days: 90 },
  sliding: { kind: "sliding", months: 12, after: "purchase" },
  calendar: { kind: "calendar", month: 12, day: 31, years: 1 },
};

interface ExpiryFieldsProps {
  readonly label: string;
  readonly value: Expiry | undefined;
  /** A rule may take the programme's. */
  readonly mayInherit: boolean;
  readonly onChange: (expiry: Expiry | undefined) => void;
  readonly t: Translate;
}

/** How long points live: never ending, so long from when they can be spent, or to a day of the calendar. */
export function ExpiryFields({ label, value, mayInherit, onChange, t }: ExpiryFieldsProps) {
  const choice = choiceOf(value);
  const choices: readonly Choice[] = mayInherit
    ? ["inherit", "none", "months", "days", "sliding", "calendar"]
    : ["none", "months", "days", "sliding", "calendar"];
  const put = (part: Partial<Expiry>) => onChange({ ...(value ?? START.months), ...part });
  return (
    <>
      <SelectField
        label={label}
        value={choice}
        onChange={(next) => onChange(next === "inherit" ? undefined : START[next as Exclude<Choice, "inherit">])}
        options={choices.map((one) => ({ value: one, label: t(`expiry.${one}`) }))}
      />
      {choice === "months" ? (
        <>
          <NumberField
            label={t("expiry.length")}
            unit={t("unit.months")}
            value={value?.months}
            onChange={(months) => put({ months })}
          />
          <SelectField
            label={t("expiry.round")}
            value={value?.round_to ?? ""}
            onChange={(text) => put({ round_to: text === "" ? undefined : (text as NonNullable<Expiry["round_to"]>) })}
            options={["", "month", "quarter", "half_year", "year"].map((one) => ({
              value: one,
              label: t(`expiry.to_${one === "" ? "day" : one}`),
            }))}
          />
        </>
      ) : null}
      {choice === "days" ? (
        <NumberField
          label={t("expiry.length")}
          unit={t("unit.days")}
          value={value?.days}
          onChange={(days) => put({ days })}
        />
      ) : null}
      {choice === "sliding" && value !== undefined ? <SlidingFields value={value} onChange={onChange} t={t} /> : null}
      {choice === "calendar" ? (
        <>
          <NumberField label={t("expiry.month")} value={value?.month} onChange={(month) => put({ month })} />
          <NumberField label={t("expiry.day")} value={value?.day} onChange={(day) => put({ day })} />
          <NumberField
            label={t("expiry.years")}
            unit={t("unit.years")}
            value={value?.years}
            onChange={(years) => put({ years })}
          />
        </>
      ) : null}
    </>
  );
}

/** So long after the member's last activity, and what counts as one. */
function SlidingFields({ value, onChange, t }: Pick<ExpiryFieldsProps, "onChange" | "t"> & { value: Expiry }) {
  const unit = "days" in value ? "days" : "months";
  const { after } = value;
  return (
    <>
      <NumberField
        label={t("expiry.after_last")}
        value={value[unit]}
        onChange={(length) => onChange({ kind: "sliding", after, [unit]: length })}
      />
      <SelectField
        label={t("expiry.unit")}
        value={unit}
        onChange={(next) => onChange({ kind: "sliding", after, [next]: value[unit] })}
        options={["months", "days"].map((one) => ({ value: one, label: t(`unit.${one}`) }))}
      />
      <SelectField
        label={t("expiry.activity")}
        value={after ?? "purchase"}
        onChange={(next) => onChange({ ...value, after: next as NonNullable<Expiry["after"]> })}
        options={["purchase", "purchase_or_spend"].map((one) => ({ value: one, label: t(`expiry.after_${one}`) }))}
      />
    </>
  );
}
