import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { openBatches } from "../entitlements/grant-store.ts";
import "../errors.ts";
import { couponsToGive, leftToGive } from "./batch-store.ts";
import { beginIssuance, MEMBERS_NAMED_MAX, validDays } from "./issue.ts";
import { givenLastDays } from "./given-store.ts";
import { batchesById } from "./wallet-store.ts";

/** One coupon that a later domain gives a member. */
export interface CouponGift {
  readonly member_id: number;
  /** Whatever it is given for; the same again is the caller's to hold back, who knows its own effects. */
  readonly key: string;
}

const NONE_LEFT = "benefits.none_to_give";

const todayIn = (ground: Ground) => businessDay(ground.clock.now(), ground.config.timezone);

/**
 * Gives each one a coupon of the newest open batch of a definition, then of the one before, in the order of the gifts and in
 * the caller's transaction.
 * @returns for each, in their order, why there was none; undefined: it was given
 */
export async function giveCoupons(
  tx: Tx,
  ground: Ground,
  coupon: string,
  gifts: readonly CouponGift[],
  reason: string,
): Promise<(string | undefined)[]> {
  const given = new Set<CouponGift>();
  let waiting = roundsOf(gifts);
  while (waiting.length > 0) {
    const batch_id = (await openBatches(tx, [coupon], todayIn(ground))).get(coupon);
    const batch = batch_id === undefined ? undefined : (await batchesById(tx, [batch_id], true)).get(batch_id);
    // whoever had the batch before may have emptied it: then another one is looked for
    if (batch === undefined) break;
    const [round = [], ...later] = waiting;
    const now = round.slice(0, Math.max(0, batch.number - batch.made));
    const first = now[0];
    if (first !== undefined) {
      const member_ids = now.map(({ member_id }) => member_id);
      const audience = { kind: "members", member_ids } as const;
      const issuing = { batch_id: batch.batch_id, audience, again: true, stores: null, reason, key: first.key };
      await beginIssuance(tx, ground, issuing, { person_id: null, now: ground.clock.now() });
    }
    for (const gift of now) given.add(gift);
    const left = round.slice(now.length);
    waiting = left.length > 0 ? [left, ...later] : later;
  }
  return gifts.map((gift) => (given.has(gift) ? undefined : NONE_LEFT));
}

/** Portions in which nobody is twice: an issuance gives each member one. */
function roundsOf(gifts: readonly CouponGift[]): CouponGift[][] {
  const rounds: { readonly ids: Set<number>; readonly gifts: CouponGift[] }[] = [];
  for (const gift of gifts) {
    let round = rounds.find((one) => !one.ids.has(gift.member_id) && one.ids.size < MEMBERS_NAMED_MAX);
    if (round === undefined) rounds.push((round = { ids: new Set(), gifts: [] }));
    round.ids.add(gift.member_id);
    round.gifts.push(gift);
  }
  return rounds.map((round) => round.gifts);
}

/** What `giveCoupons` would answer with what is left now, without giving any. */
export async function rehearseCoupons(
  tx: Tx,
  ground: Ground,
  coupon: string,
  gifts: readonly Pick<CouponGift, "member_id">[],
): Promise<(string | undefined)[]> {
  const left = await leftToGive(tx, coupon, todayIn(ground));
  return gifts.map((_, at) => (at < left ? undefined : NONE_LEFT));
}

/** Coupons that can be given, with how many are left. */
export const couponChoices = (tx: Tx, ground: Ground): ReturnType<typeof couponsToGive> =>
  couponsToGive(tx, todayIn(ground));

/**
 * Until when the newest coupons are valid that members were given under keys of a form; null: without an end. Who was given
 * none is not in it.
 * @param keys a regular expression over the keys of the gifts
 */
export const couponLastDays = givenLastDays;

/** Until when a coupon would be valid that is given on a day; undefined: none is left. */
export async function rehearseLastDay(
  tx: Tx,
  coupon: string,
  day: BusinessDay,
): Promise<BusinessDay | null | undefined> {
  const batch_id = (await openBatches(tx, [coupon], day)).get(coupon);
  const batch = batch_id === undefined ? undefined : (await batchesById(tx, [batch_id])).get(batch_id);
  return batch === undefined ? undefined : validDays(batch, day).last_day;
}
