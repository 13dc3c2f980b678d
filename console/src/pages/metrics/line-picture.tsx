import { useState, useSyncExternalStore } from "react";
import { formatDay } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";
import { lineOf } from "./line.ts";
import { metricText } from "./metric-figures.ts";
import type { Detail, LineDay } from "./metrics-data.ts";

const WIDE = { width: 960, height: 260, left: 76, top: 14, bottom: 28 } as const;
/** On a phone, so that the words of the scale stay readable. */
const NARROW = { width: 400, height: 240, left: 72, top: 14, bottom: 28 } as const;
type Frame = typeof WIDE | typeof NARROW;

const phone = window.matchMedia("(max-width: 720px)");
const subscribe = (changed: () => void) => {
  phone.addEventListener("change", changed);
  return () => phone.removeEventListener("change", changed);
};

function useFrame(): Frame {
  return useSyncExternalStore(subscribe, () => (phone.matches ? NARROW : WIDE));
}

/** The days of closed months stand on another ground: what they show does not change any more. */
function closedEnd(detail: Detail): number {
  const closed = new Set(detail.months.filter((row) => row.closed_at !== null).map((row) => row.month));
  const open = detail.line.findIndex(({ day }) => !closed.has(day.slice(0, 7)));
  return open === -1 ? detail.line.length : open;
}

/** A metric over time, with holidays and seasons, closed months, and marks where a month was restated. */
export function LinePicture({ detail, t }: { detail: Detail; t: Translate }) {
  const [at, setAt] = useState<number>();
  const frame = useFrame();
  const { definition, currency } = detail;
  const line = lineOf(detail.line, frame);
  const text = (value: number | null) => metricText(value, definition.unit, currency);
  const values = detail.line.flatMap(({ value }) => (value === null ? [] : [value]));
  const label = t("line_label", {
    name: pick(definition.zh, definition.en),
    from: formatDay(detail.from),
    to: formatDay(detail.day),
    low: text(Math.min(...values)),
    high: text(Math.max(...values)),
  });
  const step = (frame.width - frame.left - 8) / Math.max(1, detail.line.length - 1);
  const x = (index: number) => frame.left + step * index;
  const chosen = at === undefined ? undefined : line.points[at];
  const move = (event: React.PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * frame.width;
    const nearest = line.points.reduce(
      (best, point, index) =>
        Math.abs(point.x - place) < Math.abs((line.points[best]?.x ?? 0) - place) ? index : best,
      0,
    );
    setAt(nearest);
  };
  return (
    <div className="mt-line">
      <svg
        viewBox={`0 0 ${frame.width} ${frame.height}`}
        role="img"
        aria-label={label}
        onPointerMove={move}
        onPointerLeave={() => setAt(undefined)}
      >
        <Ground frame={frame} detail={detail} ticks={line.ticks} step={step} x={x} text={text} />
        <path className="mt-path" d={line.path} />
        <Restatements detail={detail} frame={frame} x={x} />
        <Dates days={detail.line} frame={frame} x={x} />
        {chosen === undefined ? null : (
          <g>
            <line className="mt-cursor" x1={chosen.x} x2={chosen.x} y1={frame.top} y2={frame.height - frame.bottom} />
            <circle className="mt-dot" cx={chosen.x} cy={chosen.y} r={4} />
          </g>
        )}
      </svg>
      <p className="ht-note mt-readout" aria-live="polite">
        {chosen === undefined
          ? t("line_range", { from: formatDay(detail.from), to: formatDay(detail.day) })
          : readout(chosen.day, text)}
      </p>
    </div>
  );
}

interface GroundProps {
  readonly frame: Frame;
  readonly detail: Detail;
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
  /** The breadth of a day. */
  readonly step: number;
  readonly x: (index: number) => number;
  readonly text: (value: number | null) => string;
}

/** What stands behind the line: closed months, the scale, holidays and seasons. */
function Ground({ frame, detail, ticks, step, x, text }: GroundProps) {
  const closed = closedEnd(detail);
  return (
    <>
      {closed > 0 ? (
        <rect
          className="mt-closed"
          x={frame.left}
          y={frame.top}
          width={Math.max(0, x(closed - 1) - frame.left)}
          height={frame.height - frame.top - frame.bottom}
        />
      ) : null}
      {ticks.map((tick) => (
        <g key={tick.value}>
          <line className="mt-tick" x1={frame.left} x2={frame.width - 8} y1={tick.y} y2={tick.y} />
          <text className="mt-axis" x={frame.left - 8} y={tick.y + 4} textAnchor="end">
            {text(tick.value)}
          </text>
        </g>
      ))}
      {detail.line.map((day, index) =>
        day.holiday || day.season ? (
          <rect
            key={day.day}
            className={day.holiday ? "mt-holiday" : "mt-season"}
            x={x(index) - step / 2}
            y={frame.height - frame.bottom}
            width={step}
            height={4}
          />
        ) : null,
      )}
    </>
  );
}

function readout(day: LineDay, text: (value: number | null) => string): string {
  const names = [day.holiday, day.season].flatMap((one) => (one === undefined ? [] : [pick(one.zh, one.en)]));
  return [formatDay(day.day), text(day.value), ...names].join(" · ");
}

function Restatements({ detail, frame, x }: { detail: Detail; frame: Frame; x: (index: number) => number }) {
  return detail.months
    .filter((row) => (row.difference ?? 0) !== 0)
    .map((row) => {
      const index = detail.line.findLastIndex(({ day }) => day.startsWith(row.month));
      return index === -1 ? null : (
        <path key={row.month} className="mt-restated" d={`M${x(index)} ${frame.top - 2}l5 -9h-10Z`}>
          <title>{row.month}</title>
        </path>
      );
    });
}

/** The first day of each month, or some days of a short range. */
function Dates({ days, frame, x }: { days: readonly LineDay[]; frame: Frame; x: (index: number) => number }) {
  const every = Math.ceil(days.length / (frame === NARROW ? 4 : 8));
  const shown = days.flatMap((day, index) => {
    const wanted = days.length > 60 ? day.day.endsWith("-01") : index % every === 0;
    return wanted ? [{ day: day.day, index }] : [];
  });
  return shown.map(({ day, index }) => (
    <text key={day} className="mt-axis" x={x(index)} y={frame.height - 8} textAnchor="middle">
      {days.length > 60 ? day.slice(2, 7).replace("-", "/") : day.slice(5).replace("-", "/")}
    </text>
  ));
}
