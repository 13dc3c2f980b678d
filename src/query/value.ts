/** Integers and decimals (in units of 10^-scale) as bigint, dates as "YYYY-MM-DD". */
export type Value = bigint | string | boolean | null;

/** A row as JSON would carry it: decimals as texts, dates as days, instants as ISO texts. */
export type DataRow = Readonly<Record<string, string | number | boolean | null>>;
export type DataSet = Readonly<Record<string, readonly DataRow[]>>;

/** Two texts by code point, as the engines order UTF-8 (JavaScript's own order is by UTF-16 unit). */
function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function compareValues(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === "string" && typeof b === "string") return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}
