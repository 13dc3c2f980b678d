import * as q from "../../src/query/builder.ts";
import type { Expression } from "../../src/query/index.ts";
import type { SceneTemplate } from "../../src/journeys/scenes/scene.ts";

/** The tiers that are advised in person; all others are shown what is popular. */
export const topTier = q.isIn(q.tag("tier"), ["platinum", "diamond", "senior"]);

export const sinceLastPurchase = q.tag("days_since_last_purchase");
export const stage = (key: string) => q.equals(q.tag("lifecycle_stage"), key);
export const between = (value: Expression, from: number, to: number) =>
  q.and(q.atLeast(value, from), q.compare(value, "<=", to));
/** Something of a kind happened within so many days, today among them. */
export const happened = (kind: string, days: number) =>
  q.atLeast(q.count("events", { where: q.equals(q.column("kind"), kind), window: q.lastDays(days) }), 1);
export const bought = (days: number) =>
  q.atLeast(q.count("orders", { where: q.column("is_valid"), window: q.lastDays(days) }), 1);

/** A message of the mini program's inbox. */
export const inbox = (
  template: string,
  name: string,
  category: SceneTemplate["category"],
  title: string,
  text: string,
): SceneTemplate => ({
  template,
  name,
  category,
  content: { kind: "inbox", title, text, variables: variablesIn(`${title}${text}`) },
});

/** Names that a text reads, beside the member's own. */
const variablesIn = (text: string) => [
  ...new Set([...text.matchAll(/\{\{ ([a-z_]+) \}\}/g)].map(([, name = ""]) => name)),
];

/** What an earlier node of points gave, and until when it is valid. */
export const giftOf = (node: string) =>
  ({
    points: { from: "step", node, value: "points" },
    until: { from: "step", node, value: "last_day" },
  }) as const;

/** An order of one line, as a source tells it; amounts in fen. */
export const order = (at: string, order_no: string, net_minor: number) => ({
  at,
  kind: "order",
  body: {
    order_no,
    status: "paid",
    channel: "mall",
    currency: "CNY",
    lines: [{ line_no: "1", sku: "TEA", quantity: "1", net_minor }],
  },
});

export const joined = (at: string, more: Readonly<Record<string, unknown>> = {}) => ({
  at,
  kind: "member",
  body: { name: "林小满", joined_at: at, ...more },
});
