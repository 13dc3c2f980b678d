import * as q from "../../src/query/builder.ts";
import type { Expression, Total } from "../../src/query/index.ts";
import type { Term } from "../../src/metrics/definition.ts";

/** The brand's own currency; other ones are never added to it. */
const currency = q.parameter("currency");
export const ownCurrency = q.equals(q.column("currency"), currency);
/** A valid order: paid, with a positive net, not of a staff, test or wholesale account (measures.md). */
export const valid = q.column("is_valid");
/** A purchase: a business day with net spend above zero over all the member's orders (measures.md). */
export const purchased = q.and(ownCurrency, q.compare(q.column("net_minor"), ">", 0));
export const ofMember = q.isKnown(q.column("member_id"));
export const joinedByToday = q.compare(q.member("join_day"), "<=", q.today);
const FLAGS = ["is_staff", "is_test", "is_wholesale"];
/** Not a staff, test or wholesale account. */
export const ordinary = q.not(q.or(...FLAGS.map((name) => q.equals(q.member(name), true))));
export const ordinaryRow = q.not(q.or(...FLAGS.map((name) => q.equals(q.column(name), true))));

const term = (total: Total): Term => ({ total });
/** Members of whom this holds. */
export const membersWho = (where: Expression): readonly Term[] => [term({ of: "members", function: "count", where })];

/** Valid orders, of everybody or of those of whom this holds. */
export const orders = (where?: Expression): readonly Term[] => [
  term({
    of: "rows",
    by: "row",
    relation: "orders",
    function: "count",
    where: where === undefined ? valid : q.and(valid, where),
  }),
];

/** Net of valid orders after their refunds, less refunds whose order is not known, on their own day. */
export const netSales = (where?: Expression): readonly Term[] => {
  const of = (...parts: Expression[]) => q.and(...parts, ownCurrency, ...(where === undefined ? [] : [where]));
  return [
    term({
      of: "rows",
      by: "row",
      relation: "orders",
      function: "sum",
      value: q.column("net_minor"),
      where: of(valid),
    }),
    {
      minus: true,
      total: {
        of: "rows",
        by: "row",
        relation: "returns",
        function: "sum",
        value: q.column("refund_minor"),
        where: of(valid, q.equals(q.column("state"), "unmatched")),
      },
    },
  ];
};

/** Members with a purchase in the period. */
export const buyers: readonly Term[] = [
  term({ of: "rows", by: "member", relation: "purchase_days", function: "count_members", where: purchased }),
];

// What worked examples are made of.
export const PARAMETERS = { currency: "CNY", month_start: "2026-11-01", m_hi_minor: 100_000 } as const;
export const person = (member_id: number, join_day: string, more: Readonly<Record<string, string | boolean>> = {}) => ({
  member_id,
  join_day,
  ...more,
});
export const bought = (member_id: number, business_day: string, net_minor = 100) => ({
  member_id,
  business_day,
  net_minor,
  orders: 1,
  currency: "CNY",
});
let made = 0;
export const order = (
  member_id: number | null,
  net_minor: number,
  more: Readonly<Record<string, string | boolean>> = {},
) => {
  made += 1;
  return { order_id: made, member_id, business_day: "2026-11-21", net_minor, is_valid: true, currency: "CNY", ...more };
};
export const unmatched = (member_id: number | null, refund_minor: number) => {
  made += 1;
  return {
    return_id: made,
    line_key: "1",
    member_id,
    business_day: "2026-11-21",
    refund_minor,
    is_valid: true,
    state: "unmatched",
    currency: "CNY",
  };
};
export const event = (
  member_id: number,
  kind: string,
  business_day: string,
  more: Readonly<Record<string, string>> = {},
) => {
  made += 1;
  return { event_id: made, member_id, kind, business_day, occurred_at: `${business_day} 02:00:00+00`, ...more };
};
