import { useState } from "react";
import { formatCount, formatDay } from "../texts/format.ts";
import { useTexts } from "../texts/texts.ts";
import { Choices } from "./chips.tsx";
import { DataTable } from "./data-table.tsx";
import "./day-bars.css";

export interface DaySeries {
  readonly key: string;
  readonly label: string;
  readonly tone: "accent" | "quiet" | "bad";
}

export type DayRow = { readonly day: string } & Readonly<Record<string, number | string>>;

interface DayBarsProps {
  readonly label: string;
  readonly days: readonly DayRow[];
  readonly series: readonly DaySeries[];
}

const HEIGHT = 160;

/** The next round number above. */
function roundUp(value: number): number {
  if (value <= 5) return 5;
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((step) => step * power >= value) ?? 10);
}

function amount(row: DayRow, key: string): number {
  return Number(row[key] ?? 0);
}

function Bars({ label, days, series, top }: DayBarsProps & { top: number }) {
  const [at, setAt] = useState<number | null>(null);
  const shown = at === null ? undefined : days[at];
  return (
    <figure className="ht-bars" onPointerLeave={() => setAt(null)}>
      <figcaption className="ht-bars-legend">
        {series.map((one) => (
          <span key={one.key} className="ht-bars-key">
            <i className={`ht-bars-${one.tone}`} aria-hidden="true" />
            {one.label}
            {shown ? <b>{formatCount(amount(shown, one.key))}</b> : null}
          </span>
        ))}
        <span className="ht-bars-day">{shown ? formatDay(shown.day) : null}</span>
      </figcaption>
      <div className="ht-bars-plot" style={{ height: HEIGHT }} role="img" aria-label={label}>
        <span className="ht-bars-top">{formatCount(top)}</span>
        {days.map((row, index) => (
          <div key={row.day} className="ht-bars-column" onPointerEnter={() => setAt(index)}>
            {series.map((one) => (
              <i
                key={one.key}
                className={`ht-bars-${one.tone}`}
                style={{ height: `${(amount(row, one.key) / top) * 100}%` }}
              />
            ))}
          </div>
        ))}
      </div>
      <div className="ht-bars-axis" aria-hidden="true">
        <span>{days[0] ? formatDay(days[0].day) : ""}</span>
        <span>{formatDay(days.at(-1)?.day ?? "1970-01-01")}</span>
      </div>
    </figure>
  );
}

/** Stacked bars per business day from an honest zero, with the same numbers as a table behind a switch. */
export function DayBars(props: DayBarsProps) {
  const t = useTexts();
  const [view, setView] = useState<"chart" | "table">("chart");
  const top = roundUp(
    Math.max(1, ...props.days.map((row) => props.series.reduce((sum, one) => sum + amount(row, one.key), 0))),
  );
  return (
    <div className="ht-bars-box">
      <Choices
        label={props.label}
        value={view}
        onChange={setView}
        items={[
          { key: "chart", label: t("chart.chart") },
          { key: "table", label: t("chart.table") },
        ]}
      />
      {view === "chart" ? (
        <Bars {...props} top={top} />
      ) : (
        <div className="ht-bars-table">
          <DataTable
            label={props.label}
            rows={[...props.days].reverse()}
            rowKey={(row) => row.day}
            columns={[
              { key: "day", title: t("chart.day"), render: (row) => formatDay(row.day) },
              ...props.series.map((one) => ({
                key: one.key,
                title: one.label,
                numeric: true,
                render: (row: DayRow) => formatCount(amount(row, one.key)),
              })),
            ]}
          />
        </div>
      )}
    </div>
  );
}
