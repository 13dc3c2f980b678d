import fc from "fast-check";
import { Catalogue, type DataRow, type DataSet, type Relation } from "../../src/query/index.ts";

type Columns = Readonly<Record<string, Relation["columns"][number]["type"]>>;

function relation(
  name: string,
  per_member: Relation["per_member"],
  key: string[],
  columns: Columns,
  day?: string,
  instant?: string,
): Relation {
  return {
    name,
    zh: name,
    en: name,
    grain_zh: name,
    grain_en: name,
    per_member,
    key,
    ...(day === undefined ? {} : { day }),
    ...(instant === undefined ? {} : { instant }),
    lake: { partition: day ?? null },
    columns: Object.entries(columns).map(([column, type]) => ({ name: column, type, zh: column, en: column })),
  };
}

/** Relations in the shape of the real catalogue, small enough to generate whole. */
export const smallShop = new Catalogue([
  relation("members", "one", ["member_id"], {
    member_id: "integer",
    gender: "text",
    birth_year: "integer",
    birth_month: "integer",
    birth_day: "integer",
    join_day: "date",
    phone_verified: "boolean",
    score: "decimal(9,2)",
  }),
  relation(
    "orders",
    "many",
    ["order_id"],
    {
      order_id: "integer",
      member_id: "integer",
      placed_at: "instant",
      business_day: "date",
      attributed_day: "date",
      hour: "integer",
      store_code: "text",
      net_minor: "integer",
      discount_minor: "integer",
      gross_minor: "integer",
      quantity: "decimal(12,3)",
      is_valid: "boolean",
    },
    "business_day",
    "placed_at",
  ),
  relation(
    "events",
    "many",
    ["event_id"],
    {
      event_id: "integer",
      member_id: "integer",
      occurred_at: "instant",
      business_day: "date",
      kind: "text",
      rating: "integer",
      counterpart_member_id: "integer",
    },
    "business_day",
    "occurred_at",
  ),
]);

export const TODAY = "2026-02-28";
const texts = ["乌龙茶", "绿茶", "Abc", "abc", "ábc", "Zed", "_x", "😀茶", "｡", "it's", "a\\b", null];
/** Around today, window borders, month ends, a leap day, the future. */
const days = [0, 1, 6, 7, 8, 27, 28, 29, 30, 31, 59, 89, 90, 91, 364, 365, 366, 729, 730, 731, -1, -3];

export function dayBefore(n: number): string {
  return new Date(Date.parse(`${TODAY}T00:00:00Z`) - n * 86_400_000).toISOString().slice(0, 10);
}

const day = fc.constantFrom(...days).map(dayBefore);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 5 });
const member_id = fc.integer({ min: 1, max: 5 });
const instant = (at: string, hour: number) => `${at} ${String(hour).padStart(2, "0")}:00:00+00`;

const member = (id: number): fc.Arbitrary<DataRow> =>
  fc.record({
    member_id: fc.constant(id),
    gender: fc.constantFrom("female", "male", null),
    birth_year: maybe(fc.integer({ min: 1950, max: 2026 })),
    birth_month: maybe(fc.constantFrom(1, 2, 3, 12)),
    birth_day: maybe(fc.constantFrom(1, 27, 28, 29)),
    join_day: maybe(day),
    phone_verified: maybe(fc.boolean()),
    score: maybe(fc.constantFrom("0.00", "1.05", "-2.50", "99.99")),
  });

const order = fc
  .record({
    member_id: maybe(member_id),
    business_day: day,
    attributed_day: maybe(day),
    hour: fc.integer({ min: 0, max: 23 }),
    store_code: fc.constantFrom(...texts),
    net_minor: maybe(fc.integer({ min: -500, max: 5000 })),
    discount_minor: fc.constantFrom(0, 1, 333, 500),
    gross_minor: fc.constantFrom(0, 3, 1000, 2000),
    quantity: maybe(fc.constantFrom("1.000", "0.500", "-1.000", "2.125")),
    is_valid: maybe(fc.boolean()),
  })
  .map((row): DataRow => ({ ...row, placed_at: instant(row.business_day, row.hour) }));

const event = fc
  .record({
    member_id,
    business_day: day,
    hour: fc.integer({ min: 8, max: 10 }),
    kind: fc.constantFrom("share", "share_visit", "referral"),
    rating: maybe(fc.integer({ min: 1, max: 5 })),
    counterpart_member_id: maybe(member_id),
  })
  .map(({ hour, ...row }): DataRow => ({ ...row, occurred_at: instant(row.business_day, hour) }));

/** Five members with nulls, ties, month ends, a leap day, days to come, sales without a member. */
export const shopData: fc.Arbitrary<DataSet> = fc
  .record({
    members: fc.tuple(member(1), member(2), member(3), member(4), member(5)),
    orders: fc.array(order, { maxLength: 24 }),
    events: fc.array(event, { maxLength: 16 }),
  })
  .map(({ members, orders, events }) => ({
    members,
    orders: orders.map((row, index) => ({ ...row, order_id: index + 1 })),
    events: events.map((row, index) => ({ ...row, event_id: index + 1 })),
  }));
