import { dayOf } from "./calendar.ts";
import type { Happening } from "./sheet.ts";

export interface TrueLine {
  readonly sku: string;
  readonly quantity: number;
  readonly net_fen: number;
  readonly discount_fen: number;
  readonly coupon_fen: number;
}

export interface TrueOrder {
  readonly order_no: string;
  readonly at: number;
  readonly day: number;
  readonly channel: string;
  readonly store: string | undefined;
  readonly lines: readonly TrueLine[];
  /** Goods after discounts, without what points and gift cards paid; before refunds. */
  readonly net_fen: number;
  readonly coupon: boolean;
}

export interface TrueReturn {
  readonly order_no: string | undefined;
  readonly day: number;
  readonly refund_fen: number;
}

export interface TrueEvent {
  readonly kind: string;
  readonly at: number;
  readonly day: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** One person's life as the sources saw it, each thing once, under the right person. */
export interface TrueHistory {
  readonly orders: TrueOrder[];
  readonly returns: TrueReturn[];
  readonly events: TrueEvent[];
}

const MASTER = new Set(["member", "identity_link", "identity_unlink"]);

/** Writes one happening down under its person. */
export function foldHistory(histories: Map<number, TrueHistory>, person: number, happening: Happening): void {
  let history = histories.get(person);
  if (history === undefined) {
    history = { orders: [], returns: [], events: [] };
    histories.set(person, history);
  }
  const { at, record } = happening;
  const day = dayOf(at);
  if (record.kind === "order") {
    if (record.body["status"] === "paid") history.orders.push(trueOrder(at, day, record.body as unknown as OrderBody));
  } else if (record.kind === "return") {
    const body = record.body as unknown as ReturnBody;
    const refund_fen = body.lines.reduce((sum, line) => sum + line.refund_minor, 0);
    history.returns.push({ order_no: body.original_order_no, day, refund_fen });
  } else if (!MASTER.has(record.kind)) {
    history.events.push({ kind: record.kind, at, day, body: record.body });
  }
}

interface OrderBody {
  readonly order_no: string;
  readonly channel: string;
  readonly store_code?: string;
  readonly coupon_code?: string;
  readonly points_paid_minor?: number;
  readonly gift_card_minor?: number;
  readonly lines: readonly {
    readonly sku: string;
    readonly quantity: string;
    readonly net_minor: number;
    readonly discount_minor?: number;
    readonly coupon_minor?: number;
  }[];
}

interface ReturnBody {
  readonly original_order_no?: string;
  readonly lines: readonly { readonly refund_minor: number }[];
}

function trueOrder(at: number, day: number, body: OrderBody): TrueOrder {
  const lines = body.lines.map((line) => ({
    sku: line.sku,
    quantity: Number(line.quantity),
    net_fen: line.net_minor,
    discount_fen: line.discount_minor ?? 0,
    coupon_fen: line.coupon_minor ?? 0,
  }));
  const goods = lines.reduce((sum, line) => sum + line.net_fen, 0);
  return {
    order_no: body.order_no,
    at,
    day,
    channel: body.channel,
    store: body.store_code,
    lines,
    net_fen: goods - (body.points_paid_minor ?? 0) - (body.gift_card_minor ?? 0),
    coupon: body.coupon_code !== undefined,
  };
}

/** Net spend by business day, refunds on the day of their order where that is known. */
export function netByDay(history: TrueHistory, until: number): Map<number, number> {
  const days = new Map<number, number>();
  const add = (day: number, fen: number): void => void days.set(day, (days.get(day) ?? 0) + fen);
  const dayOfOrder = new Map<string, number>();
  for (const order of history.orders) {
    if (order.day > until) continue;
    add(order.day, order.net_fen);
    dayOfOrder.set(order.order_no, order.day);
  }
  for (const back of history.returns) {
    if (back.day > until) continue;
    const original = back.order_no === undefined ? undefined : dayOfOrder.get(back.order_no);
    add(original ?? back.day, -back.refund_fen);
  }
  return days;
}
