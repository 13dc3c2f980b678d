import { type FigureUnit, figureText } from "../../parts/figures.tsx";

/** Units of metrics: money in minor units, shares in basis points. */
export type MetricUnit = "people" | "count" | "minor" | "share";

const UNITS: Readonly<Record<MetricUnit, FigureUnit>> = {
  people: "people",
  count: "count",
  minor: "fen",
  share: "ratio",
};

/** A value of a metric as the parts of the console count it. */
export function asFigure(value: number, unit: MetricUnit): { readonly value: number; readonly unit: FigureUnit } {
  return { value: unit === "share" ? value / 10_000 : value, unit: UNITS[unit] };
}

export function metricText(value: number | null | undefined, unit: MetricUnit, currency: string): string {
  if (value === null || value === undefined) return "—";
  const figure = asFigure(value, unit);
  return figureText(figure.value, figure.unit, currency);
}

/** A series without its empty beginning; a gap inside keeps the value before it. */
export function filled(series: readonly (number | null)[]): number[] {
  const first = series.findIndex((value) => value !== null);
  if (first === -1) return [];
  let last = 0;
  return series.slice(first).map((value) => {
    last = value ?? last;
    return last;
  });
}
