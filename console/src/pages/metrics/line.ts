/** A point of a line: its place in a picture, and what stands there. */
export interface Point<Day> {
  readonly x: number;
  readonly y: number;
  readonly day: Day;
}

export interface Line<Day> {
  readonly points: readonly Point<Day>[];
  /** Path data; a day without a value breaks the line. */
  readonly path: string;
  readonly ticks: readonly { readonly y: number; readonly value: number }[];
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
}

/** 1, 2 or 5 times a power of ten, so that at most `most` steps cover `span`. */
export function niceStep(span: number, most: number): number {
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  return power * ([1, 2, 5, 10].find((step) => step * power >= raw) ?? 10);
}

/** A line over equal steps of time. Small changes of large values are seen: the scale begins below the least value. */
export function lineOf<Day extends { readonly value: number | null }>(days: readonly Day[], frame: Frame): Line<Day> {
  const values = days.flatMap(({ value }) => (value === null ? [] : [value]));
  if (values.length === 0) return { points: [], path: "", ticks: [] };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const low = least >= 0 && least < most / 2 ? 0 : least;
  const step = niceStep(most - low || Math.abs(most) || 1, 4);
  const [bottom, top] = [Math.floor(low / step) * step, Math.ceil(most / step) * step || step];
  const inner = frame.height - frame.top - frame.bottom;
  const y = (value: number) => frame.top + inner * (1 - (value - bottom) / (top - bottom || 1));
  const x = (at: number) => frame.left + ((frame.width - frame.left - 8) * at) / Math.max(1, days.length - 1);
  const points: Point<Day>[] = [];
  let path = "";
  let open = false;
  days.forEach((day, at) => {
    if (day.value === null) {
      open = false;
      return;
    }
    const point = { x: round(x(at)), y: round(y(day.value)), day };
    path += `${open ? "L" : "M"}${point.x} ${point.y}`;
    open = true;
    points.push(point);
  });
  const ticks: { y: number; value: number }[] = [];
  for (let value = bottom; value <= top + step / 2; value += step) ticks.push({ y: round(y(value)), value });
  return { points, path, ticks };
}

const round = (value: number) => Math.round(value * 10) / 10;
