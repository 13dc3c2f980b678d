import type { Ground } from "../../ground.ts";
import { businessDay, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { codeKey, payloadHash } from "./code-key.ts";
import { releaseCoupon } from "./hold-store.ts";
import { capsOf } from "./redeem.ts";
import {
  type Actor,
  type CouponRow,
  couponsOf,
  type LineRow,
  linesOf,
  type PartRow,
  partsOf,
  redemptionOfOrder,
  type RedemptionRow,
  uncountUse,
} from "./redemption-store.ts";
import { insertReturn, returnLines, returnParts } from "./return-store.ts";
import { once } from "./request-store.ts";
import { tellReturned } from "./tell.ts";
import { batchesById } from "./wallet-store.ts";

/** Lines of an order that come back, in any store. */
export interface Returning {
  readonly order_reference: string;
  readonly store_code: string | null;
  readonly channel: string;
  /** Null: everything that is left, the freight too. */
  readonly lines: readonly { readonly line_id: string; readonly quantity: number }[] | null;
  /** The freight is paid back too. */
  readonly freight: boolean;
  /** Where it comes back. */
  readonly returned_in: string | null;
}

export interface Returned {
  readonly return_id: number;
  readonly redemption_id: number;
  readonly lines: readonly {
    readonly line_id: string;
    readonly quantity: number;
    /** Paid back to the customer. */
    readonly refund_minor: number;
    /** Given by coupons, and therefore not paid back. */
    readonly discount_minor: number;
  }[];
  readonly freight: { readonly refund_minor: number; readonly discount_minor: number } | null;
  readonly refund_minor: number;
  readonly discount_minor: number;
  /** Nothing of the order is left. */
  readonly whole_order: boolean;
  readonly given_back: readonly { readonly issued_id: number }[];
}

/** The share of `whole` that falls to the first k of n pieces: rounded down until the last, so that all shares are the whole. */
function share(whole: number, k: number, n: number): number {
  return Number((BigInt(whole) * BigInt(k)) / BigInt(n));
}

interface LineMove {
  readonly line: LineRow;
  readonly returned_quantity: number;
  readonly refund_minor: number;
  readonly parts: readonly { readonly issued_id: number; readonly minor: number }[];
}

/**
 * Takes lines of an order back. The customer gets what was paid for them: what the coupons gave is not paid out. With the
 * last line the coupons come back too, where their terms say so.
 * @throws benefits.order_unknown, benefits.return_unknown_line, benefits.return_too_many, benefits.returned_already
 */
export async function returnOrder(ground: Ground, key: string, request: Returning, by: Actor): Promise<Returned> {
  const payload_hash = payloadHash(await codeKey(ground), ["return", request]);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    once(tx, { key, payload_hash, now }, async () => {
      const row = await redemptionOfOrder(tx, request, true);
      if (row?.state !== "posted")
        throw problem("benefits.order_unknown", { order_reference: request.order_reference });
      return returnWithin(tx, ground, row, request, { by, now });
    }),
  );
}

/** Takes lines of an order back in a transaction that is open. */
export async function returnWithin(
  tx: Tx,
  ground: Ground,
  row: RedemptionRow,
  request: Returning,
  { by, now }: { readonly by: Actor; readonly now: Date },
): Promise<Returned> {
  const { redemption_id } = row;
  const lines = await linesOf(tx, redemption_id);
  const parts = await partsOf(tx, redemption_id);
  const coupons = await couponsOf(tx, redemption_id);
  const moves = movesOf(request, lines, parts);
  const batches = await batchesById(tx, [...new Set(coupons.map((coupon) => coupon.batch_id))], true);
  await returnLines(
    tx,
    redemption_id,
    moves.map(({ line, returned_quantity, refund_minor }) => ({
      line_no: line.line_no,
      returned_quantity,
      refund_minor,
    })),
  );
  await returnParts(
    tx,
    redemption_id,
    moves.flatMap(({ line, parts: moved }) =>
      moved.map(({ issued_id, minor }) => ({ issued_id, line_no: line.line_no, minor })),
    ),
  );
  const after = lines.map(
    (line) => moves.find((move) => move.line === line)?.returned_quantity ?? line.returned_quantity,
  );
  const whole_order = lines.every((line, i) => line.line_no === 0 || after[i] === line.quantity);
  const freightBack = lines.every((line, i) => line.line_no !== 0 || after[i] === line.quantity);
  const given_back: { issued_id: number }[] = [];
  if (whole_order) {
    for (const coupon of await couponsOf(tx, redemption_id)) {
      const batch = batches.get(coupon.batch_id);
      const ofFreight = parts.some((part) => part.issued_id === coupon.issued_id && part.line_no === 0);
      if (batch === undefined || coupon.released || !batch.definition.returns.give_back) continue;
      if (ofFreight && !freightBack) continue;
      await giveBack(tx, row, coupon, batch, businessDay(now, ground.config.timezone));
      given_back.push({ issued_id: coupon.issued_id });
    }
  }
  const told = toldOf(moves);
  const return_id = await insertReturn(tx, { redemption_id, store_code: request.returned_in, now, ...told }, by);
  const returned = { return_id, redemption_id, ...told, whole_order, given_back };
  if (coupons.length > 0) await tellReturned(tx, returned);
  return returned;
}

async function giveBack(
  tx: Tx,
  { redemption_id, owner, day }: RedemptionRow,
  { issued_id, batch_id, discount_minor, returned_minor }: CouponRow,
  batch: Parameters<typeof capsOf>[0],
  today: string,
): Promise<void> {
  const { grace_days } = batch.definition.returns;
  const left_minor = discount_minor - returned_minor;
  await releaseCoupon(tx, redemption_id, "redeemed", { issued_id, batch_id, left_minor, grace_days }, today);
  for (const counted of capsOf(batch, { member_id: owner, day })) await uncountUse(tx, batch_id, counted);
}

function movesOf(request: Returning, lines: readonly LineRow[], parts: readonly PartRow[]): LineMove[] {
  const left = lines.filter((line) => line.returned_quantity < line.quantity);
  const freight = lines.find((line) => line.line_no === 0);
  const wanted =
    request.lines === null
      ? left.map((line) => ({ line, quantity: line.quantity - line.returned_quantity }))
      : [
          ...namedLines(request.lines, lines),
          ...(request.freight && freight !== undefined ? [{ line: freight, quantity: 1 }] : []),
        ];
  if (wanted.length === 0) throw problem("benefits.returned_already", { order_reference: request.order_reference });
  return wanted.map(({ line, quantity }) => {
    const rest = line.quantity - line.returned_quantity;
    if (rest === 0)
      throw problem("benefits.returned_already", { order_reference: line.line_id || request.order_reference });
    if (quantity > rest) throw problem("benefits.return_too_many", { line_id: line.line_id, wanted: quantity, rest });
    const returned_quantity = line.returned_quantity + quantity;
    const grown = (whole: number, before: number) => share(whole, returned_quantity, line.quantity) - before;
    return {
      line,
      returned_quantity,
      refund_minor: grown(line.amount_minor - line.discount_minor, line.refunded_minor),
      parts: parts
        .filter((part) => part.line_no === line.line_no)
        .map((part) => ({ issued_id: part.issued_id, minor: grown(part.discount_minor, part.returned_minor) })),
    };
  });
}

function namedLines(named: NonNullable<Returning["lines"]>, lines: readonly LineRow[]) {
  const seen = new Set<string>();
  return named.map(({ line_id, quantity }) => {
    const line = lines.find((one) => one.line_no > 0 && one.line_id === line_id);
    if (line === undefined) throw problem("benefits.return_unknown_line", { line_id });
    if (seen.has(line_id)) throw problem("benefits.line_twice", { line_id });
    seen.add(line_id);
    return { line, quantity };
  });
}

function toldOf(moves: readonly LineMove[]): Pick<Returned, "lines" | "freight" | "refund_minor" | "discount_minor"> {
  const told = moves.map(({ line, returned_quantity, refund_minor, parts }) => ({
    line_no: line.line_no,
    line_id: line.line_id,
    quantity: returned_quantity - line.returned_quantity,
    refund_minor,
    discount_minor: parts.reduce((sum, part) => sum + part.minor, 0),
  }));
  const freight = told.find((line) => line.line_no === 0);
  return {
    lines: told.flatMap(({ line_no, ...line }) => (line_no > 0 ? [line] : [])),
    freight:
      freight === undefined ? null : { refund_minor: freight.refund_minor, discount_minor: freight.discount_minor },
    refund_minor: told.reduce((sum, line) => sum + line.refund_minor, 0),
    discount_minor: told.reduce((sum, line) => sum + line.discount_minor, 0),
  };
}
