import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Request } from "../ledger/command.ts";
import { commitWithin, todayOf } from "../ledger/ledger.ts";
import { numbersOf, spenderOf } from "../reports/member-points.ts";
import { allTerms, termsOn } from "./programme-store.ts";
import { settleMembers } from "./settle.ts";
import { earnedOf, insertTold, spentFor, tellRefunds, type ToldOrder } from "./told-store.ts";

/** Where no programme says how long points live that come back after their own lot has expired. */
const GRACE_DAYS = 30;

/** What a till redeems for came under its own word, as over the interface of points. */
const redeemed = (order_no: string) => `redeem:${order_no}`;

type OrderName = Pick<ToldOrder, "order_no" | "store_code">;

/** What points pay where they pay, rounded down; 0 without a programme. */
export async function worthOf(tx: Tx, ground: Ground, points: number): Promise<number> {
  const worth = termsOn(await allTerms(tx), todayOf(ground))?.definition.worth;
  return worth === undefined ? 0 : Number((BigInt(points) * BigInt(worth.minor)) / BigInt(worth.points));
}

/** So many points of those spent for an order belong to a share of what was paid for it, and have not come back. */
export async function spentShare(
  tx: Tx,
  order_no: string,
  { refunded_minor, paid_minor, whole }: { refunded_minor: number; paid_minor: number; whole: boolean },
): Promise<number> {
  const { spent, returned } = await spentFor(tx, redeemed(order_no));
  const due = whole
    ? spent
    : paid_minor === 0
      ? 0
      : Number((BigInt(spent) * BigInt(refunded_minor)) / BigInt(paid_minor));
  return Math.max(0, due - returned);
}

/** An exchange as points see it: what goes back for one order, and what another takes. */
export interface PointExchange {
  /** Its own key, from which those of its parts are made. */
  readonly key: string;
  readonly back: OrderName & {
    readonly points: number;
    /** In all, of each line. */
    readonly refunds: readonly { readonly line_key: string; readonly refund_minor: number }[];
    /** Who bought it; null: nobody who is known. */
    readonly owner: number | null;
  };
  readonly order: Omit<ToldOrder, "owner" | "day"> & { readonly member_id: number | null; readonly points: number };
}

export interface PointsExchanged {
  readonly returned: number;
  readonly burned: number;
  /** Earned before that does not stand any more. */
  readonly taken_back: number;
  readonly earned: number;
}

/**
 * Gives back what was spent, burns, and lets both orders earn what they are worth now, in the caller's transaction. The
 * ledger is locked from here to the commit, so this comes last. @throws points.* when the ledger refuses
 */
export async function exchangePoints(tx: Tx, ground: Ground, exchange: PointExchange): Promise<PointsExchanged> {
  const { back, order } = exchange;
  const today = todayOf(ground);
  // before the ledger, as whoever settles takes them
  await tx.query("select pg_advisory_xact_lock(hashtext('points.settle'))");
  const before = await earnedOf(tx, back);
  await tellRefunds(tx, back, back.refunds);
  if (order.member_id !== null) {
    const { member_id, points: _, ...told } = order;
    await insertTold(tx, { ...told, owner: member_id, day: today }, ground.clock.now());
  }
  await move(tx, ground, exchange, today);
  const member_ids = [...new Set([order.member_id, back.owner].filter((one) => one !== null))];
  await settleMembers(tx, ground, { member_ids });
  return {
    returned: back.points,
    burned: order.points,
    taken_back: before - (await earnedOf(tx, back)),
    earned: order.member_id === null ? 0 : await earnedOf(tx, order),
  };
}

async function move(tx: Tx, ground: Ground, { key, back, order }: PointExchange, today: BusinessDay): Promise<void> {
  const requests: Request[] = [];
  if (back.points > 0) {
    const grace = termsOn(await allTerms(tx), today)?.definition.grace_days ?? GRACE_DAYS;
    const reference = redeemed(back.order_no);
    const command = {
      type: "return_spent",
      reference,
      points: back.points,
      grace_last_day: addDays(today, grace),
      wallet: await spenderOf(tx, reference),
    } as const;
    requests.push({ key: `${key}:back`, command });
  }
  if (order.points > 0) {
    const wallet = order.member_id === null ? [] : await numbersOf(tx, order.member_id);
    const command = { type: "spend", wallet, points: order.points, reference: redeemed(order.order_no) } as const;
    requests.push({ key: `${key}:burn`, command });
  }
  if (requests.length === 0) return;
  for (const outcome of await commitWithin(tx, ground, requests)) if ("refused" in outcome) throw outcome.refused;
}
