import { useId } from "react";
import { Choices } from "../../parts/chips.tsx";
import { type Translate, useLanguage, useTexts } from "../../texts/texts.ts";
import type { TimeWindow } from "./model/draft.ts";
import { windowText } from "./model/sentence.ts";
import { currentDay } from "../../texts/format.ts";

const PRESET_DAYS = [7, 30, 90, 180, 365] as const;
const DAYS_MAX = 3660;
const KINDS = ["last", "ago", "calendar", "dates", "ever"] as const;
const PERIODS = [
  ["month", 0],
  ["month", 1],
  ["year", 0],
  ["year", 1],
] as const;

const STARTS: Readonly<Record<TimeWindow["kind"], () => TimeWindow>> = {
  last: () => ({ kind: "last", days: 90 }),
  ago: () => ({ kind: "ago", from_days: 30, to_days: 90 }),
  calendar: () => ({ kind: "calendar", unit: "month", back: 0 }),
  dates: () => {
    return { kind: "dates", from: `${currentDay().slice(0, 4)}-01-01`, to: currentDay() };
  },
  ever: () => ({ kind: "ever" }),
};

interface WindowEditorProps {
  readonly window: TimeWindow;
  readonly onChange: (window: TimeWindow) => void;
}

/** Which days count: the last ones, a stretch in the past, two dates, or all. */
export function WindowEditor({ window, onChange }: WindowEditorProps) {
  const t = useTexts("segments");
  const language = useLanguage();
  return (
    <>
      <Choices
        label={t("editor.window")}
        value={window.kind}
        items={KINDS.map((kind) => ({ key: kind, label: t(`editor.${kind}`) }))}
        onChange={(kind) => {
          if (kind !== window.kind) onChange(STARTS[kind]());
        }}
      />
      {window.kind === "last" ? (
        <LastDays value={window.days} onValue={(days) => onChange({ kind: "last", days })} />
      ) : null}
      {window.kind === "ago" ? (
        <div className="sg-fields">
          <Days
            label={t("editor.from")}
            value={window.from_days}
            onValue={(days) => onChange({ ...window, from_days: days, to_days: Math.max(days, window.to_days) })}
            t={t}
          />
          <Days
            label={t("editor.to")}
            value={window.to_days}
            onValue={(days) => onChange({ ...window, to_days: Math.max(days, window.from_days) })}
            t={t}
          />
        </div>
      ) : null}
      {window.kind === "calendar" ? (
        <div className="sg-presets">
          {PERIODS.map(([unit, back]) => (
            <button
              key={`${unit}${back}`}
              type="button"
              aria-pressed={window.unit === unit && window.back === back}
              onClick={() => onChange({ kind: "calendar", unit, back })}
            >
              {windowText({ kind: "calendar", unit, back }, language)}
            </button>
          ))}
        </div>
      ) : null}
      {window.kind === "dates" ? (
        <div className="sg-fields">
          <Day
            label={t("editor.from")}
            value={window.from}
            onValue={(from) => onChange({ ...window, from, to: from > window.to ? from : window.to })}
          />
          <Day
            label={t("editor.to")}
            value={window.to}
            onValue={(to) => onChange({ ...window, to, from: to < window.from ? to : window.from })}
          />
        </div>
      ) : null}
    </>
  );
}

/** "The last n days": usual numbers to press, any number to type. */
export function LastDays({ value, onValue }: { value: number; onValue: (days: number) => void }) {
  const t = useTexts("segments");
  return (
    <>
      <div className="sg-presets">
        {PRESET_DAYS.map((days) => (
          <button key={days} type="button" aria-pressed={value === days} onClick={() => onValue(days)}>
            {t("editor.last_days", { n: days })}
          </button>
        ))}
      </div>
      <Days label={t("editor.last")} value={value} onValue={onValue} t={t} />
    </>
  );
}

interface DaysProps {
  readonly label: string;
  readonly value: number;
  readonly onValue: (days: number) => void;
  readonly t: Translate;
  readonly max?: number;
  readonly unit?: string;
}

/** A number of days, from one to a bound. */
export function Days({ label, value, onValue, t, max = DAYS_MAX, unit }: DaysProps) {
  const id = useId();
  return (
    <div className="sg-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="ht-input"
        type="number"
        inputMode="numeric"
        min={1}
        max={max}
        value={value}
        onChange={(event) => {
          const days = Math.round(Number(event.target.value));
          if (days >= 1 && days <= max) onValue(days);
        }}
      />
      <span className="ht-note">{unit ?? t("editor.days")}</span>
    </div>
  );
}

function Day({ label, value, onValue }: { label: string; value: string; onValue: (day: string) => void }) {
  const id = useId();
  return (
    <div className="sg-field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="ht-input"
        type="date"
        value={value}
        onChange={(event) => {
          if (event.target.value !== "") onValue(event.target.value);
        }}
      />
    </div>
  );
}
