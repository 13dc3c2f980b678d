import { allocate, businessDay } from "../platform/index.ts";
import type { Line } from "./line.ts";
import { byVersion, current, happenedAt, newest, type Statement, uniteLines } from "./statement.ts";

export const ORDER_STATUSES = ["placed", "paid", "cancelled"] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export interface Payment {
  readonly method: string;
  readonly amount_minor: number;
}

/** What one record says about an order; a missing field says nothing. Personal fields of the record are not kept here. */
export interface OrderBody {
  readonly status?: OrderStatus;
  readonly store_code?: string;
  readonly channel?: string;
  readonly staff_code?: string;
  readonly currency?: string;
  readonly freight_minor?: number;
  readonly discount_minor?: number;
  readonly points_paid_minor?: number;
  readonly gift_card_minor?: number;
  readonly coupon_code?: string;
  readonly campaign_code?: string;
  readonly payments?: readonly Payment[];
  readonly lines?: readonly Line[];
}

/** A line of an order after the whole order's discount and tender have been spread over it. */
export interface OrderLine extends Line {
  /** Part of the line paid by points or gift card: not net spend (measures.md). */
  readonly tender_minor: number;
}

export interface Order {
  readonly party_id: number | null;
  readonly placed_at: Date;
  readonly business_day: string;
  readonly status: OrderStatus;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly staff_code: string | null;
  readonly currency: string;
  readonly gross_minor: number;
  readonly discount_minor: number;
  readonly coupon_minor: number;
  readonly freight_minor: number;
  readonly order_discount_minor: number;
  readonly points_paid_minor: number;
  readonly gift_card_minor: number;
  /** Net of all live lines before refunds. */
  readonly line_net_minor: number;
  readonly coupon_code: string | null;
  readonly campaign_code: string | null;
  readonly items: string;
  readonly payments: readonly Payment[];
  readonly lines: readonly OrderLine[];
}

/** What the brand decides for all orders. */
export interface TradeRules {
  readonly currency: string;
  readonly timezone: string;
}

type Picked = Exclude<keyof OrderBody, "lines" | "payments">;

/**
 * The order that a set of statements describes. The newest statement that gives a header field wins that field; lines
 * are a set; an order whose status nobody states is a till receipt, hence paid.
 */
export function foldOrder(statements: readonly Statement<OrderBody>[], rules: TradeRules): Order {
  const sorted = byVersion(statements);
  const live = current(sorted);
  const field = <K extends Picked>(name: K): NonNullable<OrderBody[K]> | null =>
    newest(sorted, (s) => s.body[name]) as NonNullable<OrderBody[K]> | null;
  const placed_at = happenedAt(live);
  const order_discount_minor = field("discount_minor") ?? 0;
  const points_paid_minor = field("points_paid_minor") ?? 0;
  const gift_card_minor = field("gift_card_minor") ?? 0;
  const lines = spread(
    uniteLines(live, (body) => body.lines ?? []),
    order_discount_minor,
    points_paid_minor + gift_card_minor,
  );
  const sum = (pick: (line: OrderLine) => number) => lines.reduce((total, line) => total + pick(line), 0);
  return {
    party_id: newest(sorted, (s) => s.party_id),
    placed_at,
    business_day: businessDay(placed_at, rules.timezone),
    status: field("status") ?? "paid",
    store_code: field("store_code"),
    channel: field("channel"),
    staff_code: field("staff_code"),
    currency: field("currency") ?? rules.currency,
    gross_minor: sum((l) => l.gross_minor),
    discount_minor: sum((l) => l.discount_minor),
    coupon_minor: sum((l) => l.coupon_minor),
    freight_minor: field("freight_minor") ?? 0,
    order_discount_minor,
    points_paid_minor,
    gift_card_minor,
    line_net_minor: sum((l) => l.net_minor),
    coupon_code: field("coupon_code"),
    campaign_code: field("campaign_code"),
    items: addDecimals(lines.map((l) => l.quantity)),
    payments: newest(sorted, (s) => s.body.payments) ?? [],
    lines,
  };
}

/**
 * Spreads what belongs to the whole order over its lines by their amounts, largest remainder first: the discount, then
 * the part paid by points and gift card. Neither takes a line below zero; what the lines cannot carry stays on the header.
 */
export function spread(lines: readonly Line[], discount_minor: number, tender_minor: number): OrderLine[] {
  if (discount_minor <= 0 && tender_minor <= 0) return lines.map((line) => ({ ...line, tender_minor: 0 }));
  const discounts = shares(
    lines.map((l) => l.net_minor),
    discount_minor,
  );
  const discounted = lines.map((l, i) => l.net_minor - (discounts[i] ?? 0));
  const tenders = shares(discounted, tender_minor);
  return lines.map((line, i) => ({
    ...line,
    discount_minor: line.discount_minor + (discounts[i] ?? 0),
    tender_minor: tenders[i] ?? 0,
    net_minor: (discounted[i] ?? 0) - (tenders[i] ?? 0),
  }));
}

function shares(amounts: readonly number[], total: number): number[] {
  const weights = amounts.map((amount) => Math.max(0, amount));
  const carried = Math.min(
    Math.max(0, total),
    weights.reduce((a, b) => a + b, 0),
  );
  return carried === 0 ? amounts.map(() => 0) : allocate(carried, weights);
}

/** Sum of decimal texts, exact. */
export function addDecimals(texts: readonly string[]): string {
  let whole = 0;
  let micro = 0n;
  for (const text of texts) {
    const point = text.indexOf(".");
    if (point < 0) whole += Number(text);
    else micro += BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(6, "0"));
  }
  if (micro === 0n) return String(whole);
  const total = BigInt(whole) * 1_000_000n + micro;
  const digits = String(total < 0n ? -total : total).padStart(7, "0");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return `${total < 0n ? "-" : ""}${digits.slice(0, -6)}${fraction === "" ? "" : `.${fraction}`}`;
}
