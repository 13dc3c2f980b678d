import { useId } from "react";
import { Choices } from "../../parts/chips.tsx";
import { type Translate, useTexts } from "../../texts/texts.ts";
import type { TimeWindow } from "./model/draft.ts";

const PRESET_DAYS = [7, 30, 90, 180, 365] as const;
const DAYS_MAX = 3660;
const KINDS = ["last", "ago", "dates", "ever"] as const;

const STARTS: Readonly<Record<TimeWindow["kind"], () => TimeWindow>> = {
  last: () => ({ kind: "last", days: 90 }),
  ago: () => ({ kind: "ago", from_days: 30, to_days: 90 }),
  dates: () => {
    const year = new Date().getFullYear();
    return { kind: "dates", from: `${year}-01-01`, to: new Date().toISOString().slice(0, 10) };
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
        <>
          <div className="sg-presets">
            {PRESET_DAYS.map((days) => (
              <button
                key={days}
                type="button"
                aria-pressed={window.days === days}
                onClick={() => onChange({ kind: "last", days })}
              >
                {t("editor.last_days", { n: days })}
              </button>
            ))}
          </div>
          <Days
            label={t("editor.last")}
            value={window.days}
            onValue={(days) => onChange({ kind: "last", days })}
            t={t}
          />
        </>
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

function Days({
  label,
  value,
  onValue,
  t,
}: {
  label: string;
  value: number;
  onValue: (days: number) => void;
  t: Translate;
}) {
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
        max={DAYS_MAX}
        value={value}
        onChange={(event) => {
          const days = Math.round(Number(event.target.value));
          if (days >= 1 && days <= DAYS_MAX) onValue(days);
        }}
      />
      <span className="ht-note">{t("editor.days")}</span>
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
