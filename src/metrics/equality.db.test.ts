import { beforeAll, describe, expect, test } from "vitest";
import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { fillMetricShop, SHOP_DAY } from "../../tests/support/metric-shop.ts";
import type { TierShop } from "../../tests/support/tier-shop.ts";
import { addDays } from "../platform/index.ts";
import { refreshLake } from "../lake/index.ts";
import { computeRfm } from "../value/index.ts";
import { computeFigures } from "./compute.ts";

const world = withDatabase();
let shop: TierShop;

/** Written from measures.md against the tables themselves, not against the catalogue's views. */
const SALE = `trade.sales_order o left join members.party p using (party_id) left join members.profile f on f.member_id = p.member_id
  where o.status = 'paid' and o.line_net_minor > 0 and not coalesce(f.is_staff or f.is_test or f.is_wholesale, false)`;
const STRAY = `trade.sales_return r left join members.party p using (party_id) left join members.profile f on f.member_id = p.member_id
  where r.order_id is null and r.currency = 'CNY' and not coalesce(f.is_staff or f.is_test or f.is_wholesale, false)`;
const PERSON = "members.profile f where not (f.is_staff or f.is_test or f.is_wholesale)";
const JOINED = "(f.joined_at at time zone 'Asia/Shanghai')::date";
/** Net spend by member and day in yuan's currency. */
const SPEND = `spend as (select member_id, day, sum(net) as net from (
    select p.member_id, o.business_day as day, o.line_net_minor - o.refund_minor as net from ${SALE} and o.currency = 'CNY' and p.member_id is not null
    union all select p.member_id, r.business_day, -r.refund_minor from ${STRAY} and p.member_id is not null) x group by 1, 2),
  buy as (select member_id, day from spend where net > 0)`;
const DAY = "o.business_day = $1";
const STRAY_DAY = "r.business_day = $1";
const CNY = "o.currency = 'CNY'";
const net = (who: string) =>
  `(select coalesce(sum(o.line_net_minor - o.refund_minor), 0) from ${SALE} and ${DAY} and ${CNY} ${who})
   - (select coalesce(sum(r.refund_minor), 0) from ${STRAY} and ${STRAY_DAY} ${who})`;
const tickets = (who: string) => `(select count(*) from ${SALE} and ${DAY} ${who})`;
const KNOWN = "and p.member_id is not null";
const bought = (from: string, to: string) =>
  `select distinct member_id from buy where day > $1::date - ${from} and day <= $1::date - ${to}`;
const MONTH = "date_trunc('month', $1::date)::date";
const SESSIONS = `select member_id from (
    select p.member_id, (occurred_at at time zone 'Asia/Shanghai')::date as day,
      coalesce(occurred_at - lag(occurred_at) over (partition by p.member_id order by occurred_at, event_id) > interval '30 minutes', true) as opens
    from members.event e join members.party p using (party_id) where kind = 'login') l
  where opens and day between ${MONTH} and $1 group by 1 having count(*) >= 3`;
const acts = (
  kind: string,
  least: number,
  from: string,
) => `select p.member_id from members.event e join members.party p using (party_id)
  where kind = '${kind}' and (occurred_at at time zone 'Asia/Shanghai')::date between ${from} and $1 group by 1 having count(*) >= ${least}`;
const ordinaryOf = (members: string) => `(select count(*) from ${PERSON} and f.member_id in (${members}))`;
const conversion = (days: number): [string, string] => [
  `(select count(*) from ${PERSON} and ${JOINED} > $1::date - ${days + 30} and ${JOINED} <= $1::date - ${days}
     and (select min(day) from buy b where b.member_id = f.member_id and day <= $1) between ${JOINED} and ${JOINED} + ${days})`,
  `(select count(*) from ${PERSON} and ${JOINED} > $1::date - ${days + 30} and ${JOINED} <= $1::date - ${days})`,
];
const START_KEPT = `select member_id from buy where day < ${MONTH} group by 1 having max(day) > ${MONTH} - 1 - 180`;

const BY_HAND: Readonly<Record<string, readonly [numerator: string, denominator?: string]>> = {
  members: [`(select count(*) from ${PERSON} and ${JOINED} <= $1)`],
  new_members: [`(select count(*) from ${PERSON} and ${JOINED} = $1)`],
  active_members: [ordinaryOf(`${SESSIONS} union select member_id from buy where day between ${MONTH} and $1`)],
  very_active_members: [
    ordinaryOf(
      `${acts("review", 5, MONTH)} union select member_id from buy where day between ${MONTH} and $1 group by 1 having count(*) >= 3`,
    ),
  ],
  daily_active_members: [ordinaryOf(`${acts("login", 1, "$1")} union select member_id from buy where day = $1`)],
  unsubscribed_members: [
    `(select count(distinct p.member_id) from members.event e join members.party p using (party_id) where kind = 'message'
      and properties->>'stage' = 'unsubscribed' and (occurred_at at time zone 'Asia/Shanghai')::date = $1)`,
  ],
  orders: [tickets("")],
  net_sales: [net("")],
  net_spend: [net(KNOWN)],
  non_member_sales: [net("and p.member_id is null")],
  average_order_value: [net(""), tickets(`and ${CNY}`)],
  member_order_value: [net(KNOWN), tickets(`and ${CNY} ${KNOWN}`)],
  joined_share: [tickets(KNOWN), tickets("")],
  buyers: ["(select count(*) from buy where day = $1)"],
  spend_per_buyer: [
    "(select coalesce(sum(net), 0) from spend where day = $1)",
    "(select count(*) from buy where day = $1)",
  ],
  repurchase_rate: [
    `(select count(*) from (select member_id from buy where day > $1::date - 365 and day <= $1 group by 1 having count(*) >= 2) x)`,
    `(select count(*) from (${bought("365", "0")}) x)`,
  ],
  monthly_repurchasers: [
    `(select count(*) from (select member_id from buy where day <= $1 group by 1 having max(day) >= ${MONTH} and count(*) >= 2) x)`,
  ],
  high_value_share: [
    `(select count(*) from (select member_id from spend where day > $1::date - 365 and day <= $1 group by 1
       having sum(net) >= (select v.m_hi_minor from value.rfm_activation join value.rfm_version v using (version)) and bool_or(net > 0)) x)`,
    `(select count(*) from (${bought("365", "0")}) x)`,
  ],
  churn_rate: [
    `(select count(*) from (${START_KEPT}) s where (select max(day) from buy b where b.member_id = s.member_id and day <= $1) <= $1::date - 180)`,
    `(select count(*) from (${START_KEPT}) s)`,
  ],
  retention_rate: [
    `(select count(*) from (${bought("730", "365")} intersect ${bought("365", "0")}) x)`,
    `(select count(*) from (${bought("730", "365")}) x)`,
  ],
  conversion_7d: conversion(7),
  conversion_30d: conversion(30),
  conversion_90d: conversion(90),
};

const HALF_UP = (n: number, d: number, scale: number) =>
  Math.sign(n) * Math.floor((2 * Math.abs(n) * 10 ** scale + d) / (2 * d));
const days = [SHOP_DAY, addDays(SHOP_DAY, -7), "2026-10-31"];

interface Stored {
  readonly metric: string;
  readonly day: string;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly value: number | null;
}
const stored = () =>
  shop.query<Stored>(
    "select metric, day, numerator, denominator, value from metrics.day_figure where part = 'all' order by metric, day",
  );

beforeAll(async () => {
  world().clock.set("2026-11-22T02:00:00Z");
  shop = await fillMetricShop(world());
  await computeRfm(world().ground, { thresholds: "first" });
  await computeFigures(world().ground, { days, points: days, months: ["2026-10", "2026-11"] });
});

describe("every metric equals SQL written by hand from the tables", () => {
  test.each(METRIC_DEFINITIONS.map((definition) => [definition.key, definition] as const))(
    "%s",
    async (key, definition) => {
      const [numerator, denominator] = BY_HAND[key] ?? [];
      if (numerator === undefined) throw new Error("no SQL of its own");
      const found = (await stored()).filter((row) => row.metric === key);
      expect(found.map((row) => row.day)).toEqual(days.toSorted());
      let nonzero = 0;
      for (const row of found) {
        const [hand] = await shop.query<{ n: number; d: number | null }>(
          `with ${SPEND} select (${numerator})::bigint as n, (${denominator ?? "null"})::bigint as d, $1::date as day`,
          [row.day],
        );
        if (hand === undefined) throw new Error("no row");
        nonzero += hand.n === 0 ? 0 : 1;
        const value = hand.d === null ? hand.n : hand.d === 0 ? null : HALF_UP(hand.n, hand.d, definition.scale);
        expect({ day: row.day, n: row.numerator, d: row.denominator, value: row.value }).toEqual({
          day: row.day,
          ...hand,
          value,
        });
      }
      expect(nonzero).toBeGreaterThan(0);
    },
  );
});

test("stores, regions and channels each add up to everybody, numerators and denominators alike", async () => {
  for (const [table, at] of [
    ["day_figure", "day::text"],
    ["month_figure", "month"],
  ] as const) {
    const rows = await shop.query<{ parts: number; off: number }>(
      `with whole as (select metric, ${at} as at, numerator, denominator from metrics.${table} where part = 'all'),
        sums as (select metric, ${at} as at, part, sum(numerator) as n, sum(denominator) as d from metrics.${table} where part <> 'all' group by 1, 2, 3)
       select count(*)::bigint as parts, count(*) filter (where s.n <> w.numerator or s.d is distinct from w.denominator)::bigint as off
       from sums s join whole w using (metric, at)`,
    );
    expect(rows[0]?.off).toBe(0);
    expect(rows[0]?.parts).toBeGreaterThan(100);
  }
});

test("a month of a daily metric is all its days together, distinct members counted once", async () => {
  const [row] = await shop.query<{ orders: number; hand: number; buyers: number; hand_buyers: number }>(
    `with ${SPEND} select (select numerator from metrics.month_figure where metric = 'orders' and month = '2026-10' and part = 'all') as orders,
      (select count(*) from ${SALE} and o.business_day between '2026-10-01' and '2026-10-31')::bigint as hand,
      (select numerator from metrics.month_figure where metric = 'buyers' and month = '2026-10' and part = 'all') as buyers,
      (select count(distinct member_id) from buy where day between '2026-10-01' and '2026-10-31')::bigint as hand_buyers`,
  );
  expect(row?.orders).toBe(row?.hand);
  expect(row?.buyers).toBe(row?.hand_buyers);
  expect(row?.hand_buyers).toBeGreaterThan(0);
});

test("the lake gives the same figures as the records", async () => {
  const before = await shop.query(
    "select metric, day, part, code, numerator, denominator, value from metrics.day_figure order by 1, 2, 3, 4",
  );
  await refreshLake(world().ground, {});
  await computeFigures(world().ground, { days, points: days, months: [] }, { records_max: 0 });
  const after = await shop.query(
    "select metric, day, part, code, numerator, denominator, value from metrics.day_figure order by 1, 2, 3, 4",
  );
  expect(after).toEqual(before);
});
