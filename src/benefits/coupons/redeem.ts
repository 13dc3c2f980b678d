import type { Ground } from "../../ground.ts";
import { divideHalfUp, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { type Basket, checkBasket, momentOf } from "./basket.ts";
import { type Applied, evaluateBasket, type Evaluation, type Traced } from "./calculate.ts";
import { codeKey, payloadHash } from "./code-key.ts";
import type { CouponDefinition } from "./definition.ts";
import { moneyText } from "./rejection.ts";
import {
  type Actor,
  type Counted,
  countUse,
  insertCoupons,
  insertLines,
  insertRedemption,
  insertUse,
  type PartRow,
  takeFromBatch,
  takeIssued,
} from "./redemption-store.ts";
import { periodKey } from "./period.ts";
import { once } from "./request-store.ts";
import { tellRedeemed } from "./tell.ts";
import { type Asked, type Found, readWallet, type Wallet } from "./wallet.ts";
import { type BatchRow, ownershipOf } from "./wallet-store.ts";

export const HOLD_MINUTES_MAX = 1_440;

export interface Checkout {
  readonly basket: Basket;
  readonly coupons: readonly Asked[];
  /** The member as identified; null: nobody. */
  readonly member_id: number | null;
}

export interface Redeeming extends Checkout {
  readonly order_reference: string;
  /** Sets the coupons aside until the order is paid, for so many minutes; null: redeems them now. */
  readonly hold_minutes: number | null;
  /** What the customer was told; another discount is refused. */
  readonly expected_discount_minor: number | null;
}

/** How a coupon fared, with the place at which it was asked for. */
export type Told = Traced & { readonly asked: number; readonly issued_id: number | null };

export interface Evaluated extends Omit<Evaluation, "coupons"> {
  readonly coupons: readonly Told[];
}

function reckon(ground: Ground, { basket }: Checkout, wallet: Wallet): Evaluated {
  const { found, limits, member, rules } = wallet;
  const at = momentOf(ground.clock.now(), ground.config.timezone);
  const coupons = found.map(({ candidate }) => candidate);
  const evaluation = evaluateBasket({ basket, member, at, coupons, rules, limits });
  const placeOf = new Map(found.map(({ candidate }, place) => [candidate.ref, place]));
  return {
    ...evaluation,
    coupons: evaluation.coupons.map((traced) => {
      const asked = placeOf.get(traced.ref) ?? 0;
      return { ...traced, asked, issued_id: found[asked]?.issued?.issued_id ?? null };
    }),
  };
}

/** What the coupons would do, without doing it. */
export async function evaluateCheckout(ground: Ground, checkout: Checkout): Promise<Evaluated> {
  checkBasket(checkout.basket);
  // a first use makes the key of codes, which a reading transaction cannot
  await codeKey(ground);
  const at = momentOf(ground.clock.now(), ground.config.timezone);
  const { member_id, coupons } = checkout;
  const wallet = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    readWallet(tx, ground, coupons, { member_id, at, lock: false }),
  );
  return reckon(ground, checkout, wallet);
}

export interface Redeemed extends Evaluated {
  readonly redemption_id: number;
  readonly order_reference: string;
  readonly state: "held" | "posted";
  readonly until_at: string | null;
}

/**
 * Redeems coupons for an order, all of them or none: at once, or held until the order is paid.
 * @throws benefits.coupons_refused with each reason, benefits.discount_differs, benefits.order_redeemed, benefits.key_reused
 */
export async function redeem(ground: Ground, key: string, request: Redeeming, by: Actor): Promise<Redeemed> {
  checkBasket(request.basket);
  const payload_hash = payloadHash(await codeKey(ground), ["redeem", request]);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    once(tx, { key, payload_hash, now }, () => redeemWithin(tx, ground, request, { by, now })),
  );
}

/** Redeems in a transaction that is open, whose other effects become true with it; without coupons the order is kept all the same. */
export async function redeemWithin(
  tx: Tx,
  ground: Ground,
  request: Redeeming,
  { by, now }: { readonly by: Actor; readonly now: Date },
): Promise<Redeemed> {
  const { basket, member_id, order_reference, hold_minutes } = request;
  const at = momentOf(now, ground.config.timezone);
  const wallet = await readWallet(tx, ground, request.coupons, { member_id, at, lock: true });
  const evaluated = reckon(ground, request, wallet);
  refuse(evaluated, request);
  const state = hold_minutes === null ? "posted" : "held";
  const until_at = hold_minutes === null ? null : new Date(now.getTime() + hold_minutes * 60_000);
  const amount_minor = evaluated.discount_minor + evaluated.payable_minor;
  const { store_code, channel, currency } = basket;
  const redemption_id = await insertRedemption(
    tx,
    {
      order_reference,
      store_code,
      channel,
      currency,
      owner: member_id,
      state,
      until_at,
      amount_minor,
      discount_minor: evaluated.discount_minor,
      day: at.day,
      made_at: now,
    },
    by,
  );
  if (redemption_id === undefined) throw problem("benefits.order_redeemed", { order_reference });
  await insertLines(tx, redemption_id, linesFor(basket, evaluated));
  const taken = await takeCoupons(tx, wallet, evaluated, { member_id, day: at.day, now, held: state === "held" });
  await writeCoupons(tx, redemption_id, basket, taken);
  if (state === "posted" && taken.length > 0)
    await tellRedeemed(tx, { redemption_id, owner: member_id, order_reference });
  return { redemption_id, order_reference, state, until_at: until_at?.toISOString() ?? null, ...evaluated };
}

/** All are applied, and to the discount that the customer was told. */
function refuse({ coupons, discount_minor }: Evaluated, { expected_discount_minor, basket }: Redeeming): void {
  const rejected = coupons.flatMap((one) => (one.outcome === "rejected" ? [{ ...one, ...one.reason }] : []));
  const [first] = rejected;
  if (first !== undefined)
    throw problem(
      "benefits.coupons_refused",
      {
        count: rejected.length,
        coupon_zh: first.coupon_zh,
        coupon_en: first.coupon_en,
        why_zh: first.zh,
        why_en: first.en,
      },
      rejected.map(({ asked, code, params, zh, en }) => ({ asked, code, params, zh, en })),
    );
  if (expected_discount_minor !== null && expected_discount_minor !== discount_minor)
    throw problem("benefits.discount_differs", {
      expected: moneyText(expected_discount_minor, basket.currency),
      discount: moneyText(discount_minor, basket.currency),
    });
}

function linesFor(basket: Basket, evaluated: Evaluation) {
  const goods = basket.lines.map(({ line_id, sku, quantity, amount_minor }, i) => ({
    line_no: i + 1,
    line_id,
    sku,
    quantity,
    amount_minor,
    discount_minor: evaluated.lines[i]?.discount_minor ?? 0,
  }));
  if (basket.freight_minor === 0) return goods;
  const { amount_minor, discount_minor } = evaluated.freight;
  return [...goods, { line_no: 0, line_id: "", sku: "", quantity: 1, amount_minor, discount_minor }];
}

interface Taken {
  readonly issued_id: number;
  readonly batch: BatchRow;
  readonly applied: Applied;
}

interface Taking {
  readonly member_id: number | null;
  readonly day: string;
  readonly now: Date;
  readonly held: boolean;
}

/** Every limit is taken from in the statement that looks at it; what was reckoned before must hold, and is not trusted. */
async function takeCoupons(tx: Tx, wallet: Wallet, { coupons }: Evaluated, taking: Taking): Promise<Taken[]> {
  const applied = coupons.flatMap((told) => {
    const { batch = null, issued = null }: Partial<Found> = wallet.found[told.asked] ?? {};
    return told.outcome === "applied" && batch !== null ? [{ told, batch, issued }] : [];
  });
  const state = taking.held ? "held" : "redeemed";
  const taken: Taken[] = [];
  for (const [batch_id, uses] of Map.groupBy(applied, ({ batch }) => batch.batch_id)) {
    const shared = uses.filter(({ issued }) => issued === null).length;
    const spent_minor = uses.reduce((sum, { told }) => sum + told.discount_minor, 0);
    if (!(await takeFromBatch(tx, batch_id, { state, uses: uses.length, spent_minor, made: shared })))
      throw problem("benefits.limit_reached");
    for (const [i, { told, batch, issued }] of uses.entries()) {
      for (const counted of capsOf(batch, taking)) {
        if (!(await countUse(tx, batch_id, counted))) throw problem("benefits.limit_reached");
      }
      if (issued !== null && !(await takeIssued(tx, issued.issued_id, state))) throw problem("benefits.limit_reached");
      const use = { ordinal: -(batch.ordinal + 1 + i), owner: taking.member_id, state, now: taking.now };
      const issued_id = issued?.issued_id ?? (await insertUse(tx, batch, use));
      taken.push({ issued_id, batch, applied: told });
    }
  }
  return taken;
}

/** The counters that a use of a batch moves. */
export function capsOf(batch: BatchRow, { member_id, day }: Pick<Taking, "member_id" | "day">): Counted[] {
  const caps: Counted[] = [];
  if (batch.period !== null && batch.period_max !== null)
    caps.push({ owner: 0, period: periodKey(batch.period, day), cap: batch.period_max });
  if (member_id === null) return caps;
  if (batch.member_max !== null) caps.push({ owner: member_id, period: "", cap: batch.member_max });
  if (batch.member_period !== null && batch.member_period_max !== null)
    caps.push({ owner: member_id, period: periodKey(batch.member_period, day), cap: batch.member_period_max });
  return caps;
}

async function writeCoupons(tx: Tx, redemption_id: number, basket: Basket, taken: readonly Taken[]): Promise<void> {
  const ownership = await ownershipOf(tx, basket.store_code);
  const lineNo = new Map(basket.lines.map((line, i) => [line.line_id, i + 1]));
  const coupons = taken.map(({ issued_id, batch, applied: { discount_minor } }) => ({
    issued_id,
    batch_id: batch.batch_id,
    discount_minor,
    store_minor: storeShare(batch.definition, discount_minor, { store_code: basket.store_code, ownership }),
  }));
  const parts = taken.flatMap(({ issued_id, applied }): Omit<PartRow, "returned_minor">[] => [
    ...applied.parts.map((part) => ({
      issued_id,
      line_no: lineNo.get(part.line_id) ?? 0,
      discount_minor: part.discount_minor,
    })),
    ...(applied.freight_minor === 0 ? [] : [{ issued_id, line_no: 0, discount_minor: applied.freight_minor }]),
  ]);
  await insertCoupons(tx, redemption_id, coupons, parts);
}

/** What a store bears of a discount, rounded half up; the brand bears the rest. */
export function storeShare(
  { bearer }: CouponDefinition,
  discount_minor: number,
  store: { readonly store_code: string | null; readonly ownership: string | null },
): number {
  if (store.store_code === null || bearer.kind === "brand") return 0;
  if (bearer.kind === "store") return discount_minor;
  if (store.ownership !== "franchise") return 0;
  return Number(divideHalfUp(BigInt(discount_minor) * BigInt(bearer.franchise_percent), 100n));
}
