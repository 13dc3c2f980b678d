import type { Ground } from "../../ground.ts";
import { addDays, problem } from "../../platform/index.ts";
import { submitWithin } from "../../points/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { codeKey, payloadHash } from "../coupons/code-key.ts";
import { once } from "../coupons/request-store.ts";
import { numbersOf, tierOf } from "../coupons/wallet-store.ts";
import { todayOf } from "../entitlements/benefits.ts";
import { reopenEntitlement, takeRedemption } from "../entitlements/fulfil-store.ts";
import "./errors.ts";
import { STATE_NAMES } from "./order-state.ts";
import {
  hasReward,
  holdsRight,
  insertOrder,
  isPaymentUsed,
  lockOrder,
  moveStock,
  moveUnit,
  ordersCounted,
  type OrderState,
  overdueOrders,
  type RewardOrder,
  rewardOn,
  type RewardVersion,
  stepOrder,
  takeUnit,
  tieOrder,
} from "./reward-store.ts";

/** How long points and stock are kept for whoever has not paid. */
export const HOLD_MINUTES = 30;
/** Points whose lot expired before they came back live so long again. */
const GRACE_DAYS = 30;
const OVERDUE_AT_ONCE = 200;

/** The reason of an order that nobody paid in time. */
export const TIMED_OUT = "timed_out";

const referenceOf = (order_id: number) => `reward:${order_id}`;

export interface Step {
  readonly order_id: number;
  readonly state: OrderState;
  readonly until_at: string | null;
}

/** Runs a request once under its key, in one transaction with what it changes. @throws benefits.key_reused */
export async function asOnce<Answer>(
  ground: Ground,
  key: string,
  payload: unknown,
  run: (tx: Tx, now: Date) => Promise<Answer>,
): Promise<Answer> {
  const payload_hash = payloadHash(await codeKey(ground), payload);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, (tx) => once(tx, { key, payload_hash, now }, () => run(tx, now)));
}

export interface Ordering {
  readonly reward: string;
  readonly member_id: number;
}

/**
 * Sets a unit and its points aside for a member until they are confirmed.
 * @throws benefits.reward_unknown, reward_closed, reward_not_for, reward_gone, reward_cap, reward_needs, points.*
 */
export async function orderReward(
  ground: Ground,
  key: string,
  ordering: Ordering,
  person_id: number | null,
): Promise<Step> {
  return asOnce(ground, key, ["order", ordering], async (tx, now): Promise<Step> => {
    const version = await openReward(tx, ground, ordering);
    const { definition, reward } = version;
    const today = todayOf(ground);
    const numbers = await numbersOf(tx, ordering.member_id);
    // the lock on the reward, under which the cap is counted
    if (!(await takeUnit(tx, reward)))
      throw problem("benefits.reward_gone", { reward_zh: definition.zh, reward_en: definition.en });
    await requireRoom(tx, version, numbers);
    const until_at = new Date(now.getTime() + HOLD_MINUTES * 60_000);
    const { points, cash_minor } = definition;
    const is_first = await holdsRight(tx, { member_id: ordering.member_id, numbers }, "accelerated_redemption", today);
    const owner = ordering.member_id;
    const order = { reward, version: version.version, owner, points, cash_minor, until_at, is_first };
    const order_id = await insertOrder(tx, { ...order, made_by: person_id, made_at: now });
    const entitlement_id = await takeNeeded(tx, version, { numbers, order_id, today, now });
    const reference = referenceOf(order_id);
    // the ledger is locked to the end of the transaction: last
    const held = await submitWithin(tx, ground, {
      key: `${reference}:hold`,
      command: { type: "hold", wallet: numbers, points, reference, until_at },
    });
    await tieOrder(tx, order_id, { hold_id: held.hold_id ?? null, entitlement_id });
    return { order_id, state: "held", until_at: until_at.toISOString() };
  });
}

async function openReward(tx: Tx, ground: Ground, { reward, member_id }: Ordering): Promise<RewardVersion> {
  const version = await rewardOn(tx, reward, todayOf(ground));
  if (version === undefined)
    throw problem((await hasReward(tx, reward)) ? "benefits.reward_closed" : "benefits.reward_unknown", { reward });
  const { tiers, zh, en } = version.definition;
  if (tiers.length > 0 && !tiers.includes((await tierOf(tx, member_id)) ?? ""))
    throw problem("benefits.reward_not_for", { reward_zh: zh, reward_en: en });
  return version;
}

async function requireRoom(tx: Tx, { reward, definition }: RewardVersion, numbers: readonly number[]): Promise<void> {
  const { member_max: cap, zh, en } = definition;
  if (cap !== null && (await ordersCounted(tx, reward, numbers)) >= cap)
    throw problem("benefits.reward_cap", { reward_zh: zh, reward_en: en, cap });
}

async function takeNeeded(
  tx: Tx,
  { definition }: RewardVersion,
  by: {
    readonly numbers: readonly number[];
    readonly order_id: number;
    readonly today: string;
    readonly now: Date;
  },
): Promise<number | null> {
  const { needs, zh, en } = definition;
  if (needs === null) return null;
  const note = referenceOf(by.order_id);
  const taken = await takeRedemption(tx, { ...by, benefit: needs, note });
  if (taken === undefined) throw problem("benefits.reward_needs", { reward_zh: zh, reward_en: en, benefit: needs });
  return taken;
}

/** @throws benefits.reward_order_unknown, benefits.reward_order_state */
async function orderIn(tx: Tx, order_id: number, states: readonly OrderState[]): Promise<RewardOrder> {
  const order = await lockOrder(tx, order_id);
  if (order === undefined) throw problem("benefits.reward_order_unknown", { order_id });
  if (states.includes(order.state)) return order;
  const { zh: state_zh, en: state_en } = STATE_NAMES[order.state];
  throw problem("benefits.reward_order_state", { order_id, state_zh, state_en });
}

export interface Paying {
  readonly order_id: number;
  readonly cash_minor: number;
  readonly payment_reference: string | null;
}

/**
 * The cash is paid, or there is none to pay: the points are burned, the unit is the member's.
 * @throws benefits.reward_order_over, reward_cash, reward_paid_once, reward_order_state
 */
export async function confirmOrder(ground: Ground, key: string, paying: Paying): Promise<Step> {
  const { order_id, cash_minor, payment_reference } = paying;
  return asOnce(ground, key, ["confirm", paying], async (tx, now): Promise<Step> => {
    const order = await orderIn(tx, order_id, ["held"]);
    if (order.until_at <= now || order.hold_id === null) throw problem("benefits.reward_order_over", { order_id });
    if (cash_minor !== order.cash_minor || cash_minor > 0 !== (payment_reference !== null))
      throw problem("benefits.reward_cash", { cash_minor: order.cash_minor, paid_minor: cash_minor });
    if (payment_reference !== null && (await isPaymentUsed(tx, payment_reference)))
      throw problem("benefits.reward_paid_once", { payment_reference });
    await stepOrder(tx, order_id, { state: "confirmed", now, payment_reference });
    await moveUnit(tx, order.reward, -1, 1);
    const command = { type: "post", hold_id: order.hold_id } as const;
    await submitWithin(tx, ground, { key: `${referenceOf(order_id)}:post`, command });
    return { order_id, state: "confirmed", until_at: null };
  });
}

export interface Handing {
  readonly order_id: number;
  /** Picked up in this store, or shipped with this number. */
  readonly store_code: string | null;
  readonly shipment: string | null;
}

/** It was picked up, or sent. @throws benefits.reward_handing, benefits.reward_order_state */
export async function handOver(ground: Ground, key: string, handing: Handing): Promise<Step> {
  const { order_id, store_code, shipment } = handing;
  if ((store_code === null) === (shipment === null)) throw problem("benefits.reward_handing");
  return asOnce(ground, key, ["hand over", handing], async (tx, now): Promise<Step> => {
    await orderIn(tx, order_id, ["confirmed"]);
    await stepOrder(tx, order_id, { state: "fulfilled", now, store_code, shipment });
    return { order_id, state: "fulfilled", until_at: null };
  });
}

export interface Undoing {
  readonly order_id: number;
  readonly reason: string;
  /** Whether the unit can be redeemed again; what was handed over and is broken cannot. */
  readonly restock: boolean;
}

/**
 * Cancels what was not handed over, or takes back what was: points return to their own lots.
 * @throws benefits.reward_order_state
 */
export async function undoOrder(
  ground: Ground,
  key: string,
  undoing: Undoing,
  person_id: number | null,
): Promise<Step> {
  const { order_id, reason, restock } = undoing;
  return asOnce(ground, key, ["undo", undoing], async (tx, now): Promise<Step> => {
    const order = await orderIn(tx, order_id, ["held", "confirmed", "fulfilled"]);
    const state = order.state === "fulfilled" ? "returned" : "cancelled";
    if (order.state === "held" && order.until_at <= now) throw problem("benefits.reward_order_over", { order_id });
    await letGo(tx, order, { state, reason, now });
    // what came back and cannot be given again leaves the stock with its reason
    const lost = { reward: order.reward, kind: "lost", units: -1, reason, order_id } as const;
    if (!restock && order.state === "fulfilled") await moveStock(tx, lost, { person_id, now });
    const reference = referenceOf(order_id);
    if (order.state !== "held") {
      const grace_last_day = addDays(todayOf(ground), GRACE_DAYS);
      const wallet = await numbersOf(tx, order.owner);
      const command = { type: "return_spent", reference, points: order.points, grace_last_day, wallet } as const;
      await submitWithin(tx, ground, { key: `${reference}:return`, command });
    } else if (order.hold_id !== null)
      await submitWithin(tx, ground, {
        key: `${reference}:void`,
        command: { type: "void", hold_id: order.hold_id },
      });
    return { order_id, state, until_at: null };
  });
}

/** The unit and the redemption of a benefit are free again; the points are the caller's. */
async function letGo(
  tx: Tx,
  order: RewardOrder,
  { state, reason, now }: { state: OrderState; reason: string; now: Date },
): Promise<void> {
  await stepOrder(tx, order.order_id, { state, now, reason });
  await moveUnit(tx, order.reward, order.state === "held" ? -1 : 0, order.state === "held" ? 0 : -1);
  if (order.entitlement_id !== null) await reopenEntitlement(tx, order.entitlement_id);
}

/**
 * Cancels what nobody paid in time; the points' own hold ends at the same instant by itself. Each order alone, so that it
 * can stop anywhere. @returns how many
 */
export async function releaseOverdueOrders(ground: Ground): Promise<number> {
  const now = ground.clock.now();
  const overdue = await ground.store.read(SYSTEM_SCOPE, (tx) => overdueOrders(tx, now, OVERDUE_AT_ONCE));
  let released = 0;
  for (const order_id of overdue)
    released += await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const order = await lockOrder(tx, order_id);
      if (order?.state !== "held") return 0;
      await letGo(tx, order, { state: "cancelled", reason: TIMED_OUT, now });
      return 1;
    });
  return released;
}
