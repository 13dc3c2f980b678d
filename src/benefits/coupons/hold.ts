import type { Ground } from "../../ground.ts";
import { businessDay, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { codeKey, payloadHash } from "./code-key.ts";
import { overdueHolds, postRedemption, releaseCoupon, voidRedemption } from "./hold-store.ts";
import { capsOf } from "./redeem.ts";
import { couponsOf, redemptionById, type RedemptionRow, uncountUse } from "./redemption-store.ts";
import { once } from "./request-store.ts";
import { tellRedeemed } from "./tell.ts";
import { batchesById } from "./wallet-store.ts";

const OVERDUE_AT_ONCE = 200;

export interface Settled {
  readonly redemption_id: number;
  readonly state: "posted" | "voided";
}

const STATES: Readonly<Record<RedemptionRow["state"], readonly [zh: string, en: string]>> = {
  held: ["占用中", "held"],
  posted: ["已核销", "redeemed"],
  voided: ["已释放", "voided"],
};

/**
 * The order is paid: what was held is redeemed. The same again has the same answer.
 * @throws benefits.redemption_unknown, benefits.hold_over, benefits.redemption_state
 */
export async function postHold(ground: Ground, key: string, redemption_id: number): Promise<Settled> {
  return settle(ground, key, redemption_id, "posted", async (tx, row, now) => {
    if (row.state === "held" && row.until_at !== null && row.until_at <= now)
      throw problem("benefits.hold_over", { redemption_id, until_at: row.until_at.toISOString() });
    await batchesById(tx, await batchesOf(tx, redemption_id), true);
    if (!(await postRedemption(tx, redemption_id, now))) throw stateProblem(row);
    await tellRedeemed(tx, row);
  });
}

/** The order came to nothing: what was held may be used again. */
export async function voidHold(ground: Ground, key: string, redemption_id: number): Promise<Settled> {
  return settle(ground, key, redemption_id, "voided", async (tx, row, now) => {
    if (!(await letGo(tx, ground, row, now))) throw stateProblem(row);
  });
}

async function settle(
  ground: Ground,
  key: string,
  redemption_id: number,
  state: Settled["state"],
  run: (tx: Tx, row: RedemptionRow, now: Date) => Promise<void>,
): Promise<Settled> {
  const payload_hash = payloadHash(await codeKey(ground), [state, redemption_id]);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    once(tx, { key, payload_hash, now }, async () => {
      const row = await redemptionById(tx, redemption_id, true);
      if (row === undefined) throw problem("benefits.redemption_unknown", { redemption_id });
      await run(tx, row, now);
      return { redemption_id, state };
    }),
  );
}

function stateProblem({ redemption_id, state }: RedemptionRow) {
  const [state_zh, state_en] = STATES[state];
  return problem("benefits.redemption_state", { redemption_id, state_zh, state_en });
}

async function batchesOf(tx: Tx, redemption_id: number): Promise<number[]> {
  return (await couponsOf(tx, redemption_id)).map((coupon) => coupon.batch_id);
}

async function letGo(tx: Tx, ground: Ground, row: RedemptionRow, now: Date): Promise<boolean> {
  const { redemption_id, owner, day } = row;
  const coupons = await couponsOf(tx, redemption_id);
  const batches = await batchesById(tx, [...new Set(coupons.map((coupon) => coupon.batch_id))], true);
  if (!(await voidRedemption(tx, redemption_id, now))) return false;
  const today = businessDay(now, ground.config.timezone);
  for (const { issued_id, batch_id, discount_minor } of coupons) {
    await releaseCoupon(
      tx,
      redemption_id,
      "held",
      { issued_id, batch_id, left_minor: discount_minor, grace_days: 0 },
      today,
    );
    const batch = batches.get(batch_id);
    for (const counted of batch === undefined ? [] : capsOf(batch, { member_id: owner, day }))
      await uncountUse(tx, batch_id, counted);
  }
  return true;
}

/** Gives back what was held for orders that nobody paid in time; each by itself, so that it can stop anywhere. @returns how many */
export async function releaseOverdueHolds(ground: Ground): Promise<number> {
  const now = ground.clock.now();
  const overdue = await ground.store.read(SYSTEM_SCOPE, (tx) => overdueHolds(tx, now, OVERDUE_AT_ONCE));
  let released = 0;
  for (const redemption_id of overdue) {
    const done = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const row = await redemptionById(tx, redemption_id, true);
      return row?.state === "held" && (await letGo(tx, ground, row, now));
    });
    if (done) released += 1;
  }
  return released;
}
