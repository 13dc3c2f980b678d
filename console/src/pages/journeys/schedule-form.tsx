import Button from "antd/es/button";
import { SelectField, TextField } from "../../parts/form.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import type { Coming, JourneyDefinition } from "./journeys-data.ts";
import { ClockField, ConditionForm, WeekdaysField } from "./node-form.tsx";

const RHYTHMS = ["day", "week", "month", "once"] as const;

interface Props {
  readonly entry: JourneyDefinition["entry"];
  /** What the server says of it: the sentence, the next moments. */
  readonly coming: Coming;
  readonly onChange: (change: Partial<JourneyDefinition>, field?: string) => void;
  readonly t: Translate;
}

/** What a schedule says before anybody has changed it. */
export const BLANK_SCHEDULE = { kind: "schedule", every: "day", at: "10:00" } as const;

/** When members come in by themselves, and which of them. */
export function ScheduleForm({ entry, coming, onChange, t }: Props) {
  const set = (part: Readonly<Record<string, unknown>>, field?: string) => {
    const next = Object.entries({ ...entry, ...part }).filter(([, value]) => value !== undefined);
    onChange({ entry: Object.fromEntries(next) as JourneyDefinition["entry"] }, field);
  };
  const every = String(entry["every"]);
  const condition = entry["condition"];
  return (
    <>
      <SelectField
        label={t("field.every")}
        value={every}
        options={RHYTHMS.map((one) => ({ value: one, label: t(`every.${one}`) }))}
        onChange={(next) =>
          set({ every: next, weekdays: undefined, month_day: undefined, on: undefined, ...BLANK[next] })
        }
      />
      {every === "week" ? (
        <WeekdaysField
          label={t("field.on_weekdays")}
          days={entry["weekdays"]}
          onChange={(weekdays) => set({ weekdays })}
          t={t}
        />
      ) : null}
      {every === "month" ? (
        <TextField
          label={t("field.month_day")}
          type="number"
          value={String(entry["month_day"] ?? "")}
          hint={t("field.month_day_hint")}
          onChange={(text) => set({ month_day: text === "" ? undefined : Number(text) }, "month_day")}
        />
      ) : null}
      {every === "once" ? (
        <TextField
          label={t("field.on_day")}
          type="date"
          value={String(entry["on"] ?? "")}
          onChange={(on) => set({ on: on === "" ? undefined : on }, "on")}
        />
      ) : null}
      <ClockField
        label={t("field.at_clock")}
        value={entry["at"]}
        hint={t("field.at_clock_hint")}
        onChange={(at) => set({ at: at ?? "" }, "at")}
      />
      <NextMoments coming={coming} t={t} />
      <div className="ht-field">
        <span>{t("field.who")}</span>
        <ConditionForm
          node={{ condition: condition ?? null }}
          sentence={condition === undefined ? t("field.everybody") : pick(coming.zh, coming.en)}
          onChange={set}
          t={t}
        />
        {condition === undefined ? null : (
          <Button type="link" onClick={() => set({ condition: undefined })}>
            {t("field.let_everybody")}
          </Button>
        )}
      </div>
    </>
  );
}

const BLANK: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  week: { weekdays: [1] },
  month: { month_day: 1 },
};

/** The next moments of a schedule, so that it is seen that they are meant. */
export function NextMoments({ coming, t }: { readonly coming: Coming; readonly t: Translate }) {
  if (coming.next.length === 0) return null;
  return (
    <p className="ht-field-hint" aria-live="polite">
      {t("next_moments", { moments: coming.next.map((at) => formatInstant(at)).join(t("between_moments")) })}
    </p>
  );
}
