import { type Static, Type } from "typebox";
import type { TotalLine } from "../../members/index.ts";

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

/** The sums that are compared, of the file or of what is stated. */
export function linesOf({ members, points, lots, months }: Stated): TotalLine[] {
  return [
    { what: "members", key: null, n: members },
    ...(lots === undefined ? [] : [{ what: "lots", key: null, n: lots }]),
    { what: "points", key: null, n: points },
    ...(months ?? []).map((one) => ({ what: "month", key: one.month, n: one.points })),
  ];
}
