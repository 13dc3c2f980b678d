import { SelectField } from "../../parts/form.tsx";
import type { Translate } from "../../texts/texts.ts";
import { NumberField } from "./fields.tsx";
import type { Expiry } from "./programme.ts";

type Choice = "inherit" | "none" | "months" | "days" | "calendar";

const choiceOf = (expiry: Expiry | undefined): Choice => {
  if (expiry === undefined) return "inherit";
  if (expiry.kind !== "rolling") return expiry.kind;
  return "days" in expiry ? "days" : "months";
};

const START: Readonly<Record<Exclude<Choice, "inherit">, Expiry>> = {
  none: { kind: "none" },
  months: { kind: "rolling", months: 12, round_to: "month" },
  days: { kind: "rolling", days: 90 },
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
    ? ["inherit", "none", "months", "days", "calendar"]
    : ["none", "months", "days", "calendar"];
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
