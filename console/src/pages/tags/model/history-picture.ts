export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where days stand from left to right; one day alone stands in the middle. */
export function dayX(index: number, days: number, width: number): number {
  return days <= 1 ? width / 2 : (index * width) / (days - 1);
}

/** A line through points; a single point is a short dash so that it is seen. */
export function linePath(points: readonly Point[]): string {
  const [first] = points;
  if (first === undefined) return "";
  if (points.length === 1) return `M${first.x - 4} ${first.y}H${first.x + 4}`;
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`).join("");
}

/** The area between an upper and a lower line over the same days. */
export function areaPath(upper: readonly Point[], lower: readonly Point[]): string {
  if (upper.length === 1) return areaPath(widened(upper), widened(lower));
  const back = [...lower].reverse();
  return `${linePath(upper)}${back.map(({ x, y }) => `L${round(x)} ${round(y)}`).join("")}Z`;
}

const widened = ([point]: readonly Point[]): readonly Point[] =>
  point === undefined
    ? []
    : [
        { ...point, x: point.x - 4 },
        { ...point, x: point.x + 4 },
      ];

const round = (value: number): number => Math.round(value * 10) / 10;

export interface SharesDay {
  readonly members: number;
  readonly values: readonly { readonly value: string; readonly members: number }[];
}

/** Cumulated shares of the named values on each day, from the first named up; what is not named fills the rest. */
export function stacked(days: readonly SharesDay[], names: readonly string[]): readonly (readonly number[])[] {
  return days.map(({ members, values }) => {
    let sum = 0;
    return names.map((name) => {
      sum += values.find(({ value }) => value === name)?.members ?? 0;
      return members === 0 ? 0 : sum / members;
    });
  });
}
