import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { exchangePoints, type PointsExchanged, spentShare, worthOf } from "../../points/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { checkBasket } from "../coupons/basket.ts";
import { codeKey, payloadHash } from "../coupons/code-key.ts";
import { lockAsked } from "../coupons/wallet.ts";
import { type Checkout, type Redeemed, redeemWithin } from "../coupons/redeem.ts";
import {
  type Actor,
  couponsOf,
  insertLines,
  insertRedemption,
  type LineRow,
  linesOf,
  redemptionOfOrder,
  type RedemptionRow,
} from "../coupons/redemption-store.ts";
import { moneyText } from "../coupons/rejection.ts";
import { once } from "../coupons/request-store.ts";
import { type Returned, type Returning, returnWithin } from "../coupons/returns.ts";
import { insertExchange, markReturned, recordedOrder } from "./exchange-store.ts";

/** Lines of an order come back, and others are taken for them, in one act at one till. */
export interface Exchanging extends Checkout {
  readonly back: Omit<Returning, "returned_in" | "lines"> & { readonly lines: NonNullable<Returning["lines"]> };
  /** Of what is taken. */
  readonly order_reference: string;
  /** Points that pay for it. */
  readonly points: number;
  /** What the customer was told to pay, or to get where it is negative; another difference is refused. */
  readonly expected_difference_minor: number | null;
}

export interface Exchanged {
  readonly returned: Omit<Returned, "return_id" | "redemption_id">;
  readonly taken: Omit<Redeemed, "redemption_id" | "until_at">;
  readonly points: PointsExchanged;
  /** Paid back in money: what the lines cost, less what points had paid of it. */
  readonly refund_minor: number;
  /** To be paid in money for what is taken, after coupons and points. */
  readonly due_minor: number;
  /** To be paid; negative: paid out. */
  readonly difference_minor: number;
}
export type ExchangedFor = Exchanged & { readonly exchange_id: number };

class Tried extends Error {
  readonly exchanged: Exchanged;
  constructor(exchanged: Exchanged) {
    super("a trial is never kept");
    this.exchanged = exchanged;
  }
}

/** What an exchange would do, by doing it in a transaction that is never kept. @throws as `exchange` */
export async function tryExchange(ground: Ground, request: Exchanging, by: Actor): Promise<Exchanged> {
  check(request);
  await codeKey(ground);
  try {
    return await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      throw new Tried(await carryOut(tx, ground, request, { key: "trial", by }));
    });
  } catch (error) {
    if (error instanceof Tried) return error.exchanged;
    throw error;
  }
}

/**
 * Takes lines back and gives others, with all that belongs to both: coupons and points of the returned lines go back, and
 * the new basket redeems, burns and earns; all of it or nothing, once under its key.
 * @throws benefits.exchange_*, what returning and redeeming throw, points.*
 */
export async function exchange(ground: Ground, key: string, request: Exchanging, by: Actor): Promise<ExchangedFor> {
  check(request);
  const payload_hash = payloadHash(await codeKey(ground), ["exchange", request]);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    once(tx, { key, payload_hash, now }, () => carryOut(tx, ground, request, { key, by })),
  );
}

function check({ basket, back, order_reference, points, member_id }: Exchanging): void {
  checkBasket(basket);
  if (order_reference === back.order_reference && basket.store_code === back.store_code)
    throw problem("benefits.exchange_same_order", { order_reference });
  if (points > 0 && member_id === null) throw problem("benefits.exchange_points_member");
}

async function carryOut(
  tx: Tx,
  ground: Ground,
  request: Exchanging,
  { key, by }: { readonly key: string; readonly by: Actor },
): Promise<ExchangedFor> {
  const now = ground.clock.now();
  const { back, basket, coupons, member_id, order_reference } = request;
  const original = await orderOf(tx, back, { by, now });
  if (original.currency !== basket.currency)
    throw problem("benefits.exchange_currency", { from: original.currency, to: basket.currency });
  // batches of both orders in the order of numbers, before either touches one
  await lockAsked(
    tx,
    ground,
    coupons,
    (await couponsOf(tx, original.redemption_id)).map(({ batch_id }) => batch_id),
  );
  const returning = { ...back, returned_in: basket.store_code };
  const { return_id, redemption_id: _, ...returned } = await returnWithin(tx, ground, original, returning, { by, now });
  const redeeming = { basket, coupons, member_id, order_reference, hold_minutes: null, expected_discount_minor: null };
  const { redemption_id, until_at: __, ...taken } = await redeemWithin(tx, ground, redeeming, { by, now });
  const money = await moneyOf(tx, ground, request, { original, returned, payable_minor: taken.payable_minor });
  const made = { return_id, redemption_id, store_code: basket.store_code, points_burned: request.points };
  const { refund_minor, due_minor, points_back } = money;
  const exchange_id = await insertExchange(tx, { ...made, refund_minor, due_minor, points_back }, by, now);
  const points = await exchangePoints(tx, ground, {
    key: `exchange:${key}`,
    back: {
      order_no: back.order_reference,
      store_code: back.store_code ?? "",
      points: points_back,
      owner: original.owner,
      refunds: money.lines.map((line) => ({ line_key: line.line_id, refund_minor: line.refunded_minor })),
    },
    order: {
      order_no: order_reference,
      store_code: basket.store_code ?? "",
      channel: basket.channel,
      currency: basket.currency,
      member_id,
      points: request.points,
      lines: basket.lines.map(({ line_id, sku, categories }, i) => ({
        line_key: line_id,
        sku,
        categories,
        net_minor: taken.lines[i]?.payable_minor ?? 0,
      })),
    },
  });
  return { exchange_id, returned, taken, points, refund_minor, due_minor, difference_minor: due_minor - refund_minor };
}

/** The order that lines come back of: it had coupons, or came before as an exchange, or its record tells it. */
async function orderOf(
  tx: Tx,
  order: Exchanging["back"],
  { by, now }: { readonly by: Actor; readonly now: Date },
): Promise<RedemptionRow> {
  const { order_reference } = order;
  const known = await redemptionOfOrder(tx, order, true);
  if (known?.state === "posted") return known;
  const recorded = known === undefined ? await recordedOrder(tx, order) : undefined;
  if (recorded === undefined) throw problem("benefits.order_unknown", { order_reference });
  const { lines, currency, day, member_id } = recorded;
  const amount_minor = lines.reduce((sum, line) => sum + line.amount_minor, 0);
  const { store_code, channel } = order;
  const row = {
    order_reference,
    store_code,
    channel,
    currency,
    owner: member_id,
    state: "posted",
    until_at: null,
  } as const;
  const redemption_id = await insertRedemption(tx, { ...row, amount_minor, discount_minor: 0, day, made_at: now }, by);
  if (redemption_id === undefined) throw problem("benefits.order_redeemed", { order_reference });
  const numbered = lines.map((line, i) => ({ ...line, line_no: i + 1, discount_minor: 0 }));
  await insertLines(tx, redemption_id, numbered);
  const gone = numbered.filter(({ returned }) => returned > 0);
  await markReturned(
    tx,
    redemption_id,
    gone.map(({ line_no, returned }) => ({ line_no, returned_minor: returned })),
  );
  return { ...row, redemption_id, amount_minor, discount_minor: 0, day, made_at: now, ended_at: null };
}

interface Sides {
  readonly original: RedemptionRow;
  readonly returned: Omit<Returned, "return_id" | "redemption_id">;
  readonly payable_minor: number;
}

/** What is paid back and what is to be paid, without what points have paid or pay. */
async function moneyOf(
  tx: Tx,
  ground: Ground,
  { points, basket, back, expected_difference_minor }: Exchanging,
  { original, returned, payable_minor }: Sides,
) {
  const lines: readonly LineRow[] = await linesOf(tx, original.redemption_id);
  const sum = (of: (line: LineRow) => number) => lines.reduce((all, line) => all + of(line), 0);
  const points_back = await spentShare(tx, back.order_reference, {
    refunded_minor: sum((line) => line.refunded_minor),
    paid_minor: sum((line) => line.amount_minor - line.discount_minor),
    whole: returned.whole_order,
  });
  const refund_minor = Math.max(0, returned.refund_minor - (await worthOf(tx, ground, points_back)));
  const worth = await worthOf(tx, ground, points);
  const text = (minor: number) => moneyText(minor, basket.currency);
  if (worth > payable_minor)
    throw problem("benefits.exchange_points_over", { points, worth: text(worth), payable: text(payable_minor) });
  const due_minor = payable_minor - worth;
  const difference = due_minor - refund_minor;
  if (expected_difference_minor !== null && expected_difference_minor !== difference)
    throw problem("benefits.exchange_differs", {
      difference: text(difference),
      expected: text(expected_difference_minor),
    });
  return { lines: lines.filter((line) => line.line_no > 0), points_back, refund_minor, due_minor };
}
