export function yesNo(value: boolean): string {
  return value ? "yes" : "no";
}

/** The first border above a value names its band, as `bands` of the definitions does. */
export function band(value: number, steps: readonly (readonly [number, string])[], last: string): string {
  return steps.find(([below]) => value < below)?.[1] ?? last;
}

export function roundHalfUp(a: number, b: number): number {
  return Math.floor((2 * a + b) / (2 * b));
}

/** a ÷ b with so many decimals, half up. */
export function fixed(a: number, b: number, decimals: number): string {
  return (roundHalfUp(Math.round(a * 10 ** decimals), b) / 10 ** decimals).toFixed(decimals);
}

export function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** The value with the most weight; of equals the later day, then the smaller text. */
export function mode(votes: readonly { value: string; weight: number; day: number }[]): string | null {
  const totals = new Map<string, { weight: number; day: number }>();
  for (const { value, weight, day } of votes) {
    const total = totals.get(value) ?? { weight: 0, day };
    totals.set(value, { weight: total.weight + weight, day: Math.max(total.day, day) });
  }
  const ranked = [...totals].sort(
    ([a, x], [b, y]) => Math.round((y.weight - x.weight) * 1e6) || y.day - x.day || (a < b ? -1 : 1),
  );
  return ranked[0]?.[0] ?? null;
}
