import { Type } from "typebox";

/** One sum of an opening: of the whole (key null), or of what has that key: a month of expiry, a tier, a batch. */
export interface TotalLine {
  readonly what: string;
  readonly key: string | null;
  readonly n: number;
}

/** Tiers, batches and months of one file. */
const LINES_MAX = 1_000;
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const KEY_MAX = 100;

export const linesSchema = (what: readonly string[]) =>
  Type.Array(
    Type.Object(
      {
        what: Type.Unsafe<string>(Type.Union(what.map((one) => Type.Literal(one)))),
        key: Type.Union([Type.String({ maxLength: KEY_MAX }), Type.Null()]),
        n: Count,
      },
      { additionalProperties: false },
    ),
    { maxItems: LINES_MAX },
  );

/** A sum on which the file and the statement differ. */
export interface Difference {
  readonly what: string;
  readonly key: string | null;
  readonly stated: number;
  readonly found: number;
}

/** Where what was read differs from what is stated. What is not stated at all is not compared; a key missing on one side is 0. */
export function differencesOf(found: readonly TotalLine[], stated: readonly TotalLine[]): Difference[] {
  const list: Difference[] = [];
  const sums = (lines: readonly TotalLine[], what: string) => {
    const byKey = new Map<string | null, number>();
    for (const line of lines) if (line.what === what) byKey.set(line.key, (byKey.get(line.key) ?? 0) + line.n);
    return byKey;
  };
  for (const what of new Set([...found, ...stated].map((line) => line.what))) {
    const [theirs, ours] = [sums(stated, what), sums(found, what)];
    if (theirs.size === 0) continue;
    const keys = [...new Set([...theirs.keys(), ...ours.keys()])];
    // what never expires has no key, and stands last
    for (const key of keys.toSorted((a, b) => (a ?? "\uffff").localeCompare(b ?? "\uffff"))) {
      const one = { what, key, stated: theirs.get(key) ?? 0, found: ours.get(key) ?? 0 };
      if (one.stated !== one.found) list.push(one);
    }
  }
  return list;
}
