import { type Static, Type } from "typebox";

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
/** Months of expiry; more than these no programme has. */
const MONTHS_MAX = 600;
const Month = Type.Union([Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$" }), Type.Null()]);

/** What an opening comes to: the sums that both systems must agree on. */
export const TotalsSchema = Type.Object(
  {
    members: Count,
    lots: Count,
    points: Count,
    /** Points by the month of their last day; null: they do not expire. */
    months: Type.Array(Type.Object({ month: Month, points: Count }, { additionalProperties: false }), {
      maxItems: MONTHS_MAX,
    }),
  },
  { additionalProperties: false },
);
export type Totals = Static<typeof TotalsSchema>;

/** The same as the system before states it; lots and months where it knows them. */
export const StatedSchema = Type.Object(
  {
    members: TotalsSchema.properties.members,
    points: TotalsSchema.properties.points,
    lots: Type.Optional(TotalsSchema.properties.lots),
    months: Type.Optional(TotalsSchema.properties.months),
  },
  { additionalProperties: false },
);
export type Stated = Static<typeof StatedSchema>;

/** A sum on which the file and the statement differ. */
export interface Difference {
  readonly what: "members" | "lots" | "points" | "month";
  readonly month: string | null;
  readonly stated: number;
  readonly found: number;
}

/** Where what was read differs from what is stated. What is not stated is not compared; a month missing there is 0. */
export function differences(found: Totals, stated: Stated): Difference[] {
  const list: Difference[] = [];
  const compare = (what: Difference["what"], month: string | null, [one, other]: readonly [number, number]) => {
    if (one !== other) list.push({ what, month, stated: one, found: other });
  };
  compare("members", null, [stated.members, found.members]);
  if (stated.lots !== undefined) compare("lots", null, [stated.lots, found.lots]);
  compare("points", null, [stated.points, found.points]);
  if (stated.months === undefined) return list;
  const sums = (of: Totals["months"]) => {
    const byMonth = new Map<string | null, number>();
    for (const { month, points } of of) byMonth.set(month, (byMonth.get(month) ?? 0) + points);
    return byMonth;
  };
  const [theirs, ours] = [sums(stated.months), sums(found.months)];
  const months = [...new Set([...theirs.keys(), ...ours.keys()])];
  for (const month of months.toSorted((a, b) => (a ?? "9999").localeCompare(b ?? "9999")))
    compare("month", month, [theirs.get(month) ?? 0, ours.get(month) ?? 0]);
  return list;
}
