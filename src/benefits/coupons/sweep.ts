import type { Ground } from "../../ground.ts";
import { businessDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { batchWithExpired, expireIssued } from "./issue-store.ts";
import { forgetRequests } from "./request-store.ts";
import { batchesById } from "./wallet-store.ts";

const EXPIRE_AT_ONCE = 10_000;
/** A till that was offline asks again within days; the answer of a request is kept a month. */
const ANSWERS_KEPT_DAYS = 31;
const FORGET_AT_ONCE = 5_000;

/**
 * Expires the next coupons whose last day is over. Nobody waits for it: a coupon past its last day is not redeemed whether or
 * not this has been there; so it may stop anywhere and catches up after days. @returns how many; 0: none is left
 */
export async function expireNext(ground: Ground): Promise<number> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const batch_id = await batchWithExpired(tx, today);
    if (batch_id === undefined) return 0;
    await batchesById(tx, [batch_id], true);
    return expireIssued(tx, batch_id, today, EXPIRE_AT_ONCE);
  });
}

/** Everything whose last day is over. @returns how many */
export async function expireAll(ground: Ground, signal?: AbortSignal): Promise<number> {
  let all = 0;
  for (let some = await expireNext(ground); some > 0; some = await expireNext(ground)) {
    all += some;
    if (signal?.aborted === true) break;
  }
  return all;
}

export async function forgetAnswers(ground: Ground): Promise<number> {
  const before = new Date(ground.clock.now().getTime() - ANSWERS_KEPT_DAYS * 86_400_000);
  return ground.store.write(SYSTEM_SCOPE, (tx) => forgetRequests(tx, before, FORGET_AT_ONCE));
}
