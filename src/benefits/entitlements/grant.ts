import type { Ground } from "../../ground.ts";
import { addDays, type BusinessDay, Problem } from "../../platform/index.ts";
import { commitWithin, type Request, rulesOn } from "../../points/index.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { beginIssuance } from "../coupons/issue.ts";
import { batchesById } from "../coupons/wallet-store.ts";
import { todayOf } from "./benefits.ts";
import {
  expireGranted,
  numbersOfMembers,
  openBatches,
  type Outcome,
  takeReminders,
  waitingEntitlements,
  type Waiting,
  writeOutcomes,
} from "./grant-store.ts";

/** Granted in one transaction: the ledger and the batches of coupons are locked no longer than for these. */
export const GRANT_AT_ONCE = 200;
const EXPIRE_AT_ONCE = 5_000;

/** Why something that is due was not given, or not taken. */
export const REASONS = {
  birthday_moved: { zh: "半年内已按原来的生日给过", en: "given within half a year for the birthday as it was" },
  given_already: { zh: "同一会员的另一个编号已给过", en: "given under another number of the same member" },
  member_gone: { zh: "会员资料已删除", en: "the member's data was erased" },
  too_late: { zh: "系统停运期间已过期限", en: "its days had passed while the platform was down" },
  no_batch: { zh: "没有可发的优惠券批次", en: "no batch of its coupon has any to give" },
  coupon_refused: { zh: "优惠券批次拒绝发放", en: "the batch of coupons refused" },
  budget_exhausted: { zh: "积分预算已用完", en: "the points budget is used up" },
  points_refused: { zh: "积分账拒绝入账", en: "the points ledger refused" },
  rule_missing: { zh: "现行积分方案没有这条规则", en: "the points programme in force has no such rule" },
  not_collected: { zh: "到期未领取", en: "not collected in time" },
  not_redeemed: { zh: "到期未兑换", en: "not redeemed in time" },
  not_attended: { zh: "未参加", en: "not attended" },
} as const;
export type Reason = keyof typeof REASONS;

/** A request's key and a coupon's: the same entitlement gives once, whatever is tried how often. */
export const keyOf = (entitlement_id: number): string => `benefit:${entitlement_id}`;

interface Granting {
  readonly tx: Tx;
  readonly ground: Ground;
  readonly today: BusinessDay;
  readonly now: Date;
}

const lastDayOf = ({ definition, last_day }: Waiting, today: BusinessDay): BusinessDay | null =>
  definition.usable_days === null ? last_day : addDays(today, definition.usable_days - 1);

/** Reasons that another day may mend. */
const MENDABLE: ReadonlySet<Reason> = new Set(["no_batch", "coupon_refused", "budget_exhausted", "rule_missing"]);

function failed(one: Waiting, reason: Reason, today: BusinessDay): Outcome {
  const last_day = one.last_day;
  // what has a period is tried while it lasts; what has none until it works
  const again = MENDABLE.has(reason) && (last_day === null || last_day > today);
  const base = { entitlement_id: one.entitlement_id, last_day, issuance_id: null, points: null };
  return { ...base, state: "failed", reason, retry_day: again ? addDays(today, 1) : null };
}

function given(one: Waiting, today: BusinessDay, more: Partial<Outcome> = {}): Outcome {
  const base = { entitlement_id: one.entitlement_id, reason: null, retry_day: null, issuance_id: null, points: null };
  return { ...base, state: "fulfilled", last_day: lastDayOf(one, today), ...more };
}

/** What needs no look at anything else. */
function outright(one: Waiting, today: BusinessDay, rules: ReadonlySet<string>): Outcome | undefined {
  const { definition, member_id, given_already } = one;
  if (member_id === null) return failed(one, "member_gone", today);
  if (given_already) return failed(one, "given_already", today);
  const { give } = definition;
  if (give.kind === "coupon" || give.kind === "points") return undefined;
  const last_day = lastDayOf(one, today);
  if (last_day !== null && last_day < today) return failed(one, "too_late", today);
  if (give.kind === "right") return given(one, today);
  if (give.kind === "points_rule") return rules.has(give.rule) ? given(one, today) : failed(one, "rule_missing", today);
  return given(one, today, { state: "granted" });
}

/** Batches are locked in the order of their numbers, as everybody does who takes from several. */
async function grantCoupons({ tx, ground, today, now }: Granting, waiting: readonly Waiting[]): Promise<Outcome[]> {
  const couponOf = ({ definition: { give } }: Waiting) => (give.kind === "coupon" ? give.coupon : "");
  if (waiting.length === 0) return [];
  const batches = await openBatches(tx, [...new Set(waiting.map(couponOf))], today);
  await batchesById(tx, [...batches.values()], true);
  const outcomes: Outcome[] = [];
  for (const one of waiting) {
    const batch_id = batches.get(couponOf(one));
    if (batch_id === undefined) {
      outcomes.push(failed(one, "no_batch", today));
      continue;
    }
    const issuing = {
      batch_id,
      audience: { kind: "members", member_ids: [one.owner] },
      again: true,
      stores: null,
      reason: `${one.definition.zh} ${one.period}`,
      key: keyOf(one.entitlement_id),
    } as const;
    try {
      const { issuance_id } = await beginIssuance(tx, ground, issuing, { person_id: null, now });
      outcomes.push(given(one, today, { issuance_id }));
    } catch (error) {
      // a refusal of the domain is made before anything is written
      if (!(error instanceof Problem)) throw error;
      outcomes.push(failed(one, "coupon_refused", today));
    }
  }
  return outcomes;
}

async function requestsFor(
  { tx, today }: Granting,
  waiting: readonly Waiting[],
): Promise<{ readonly one: Waiting; readonly request: Request }[]> {
  const numbers = await numbersOfMembers(
    tx,
    waiting.flatMap(({ member_id }) => member_id ?? []),
  );
  return waiting.flatMap((one) => {
    const { give } = one.definition;
    if (give.kind !== "points") return [];
    const { points, valid_days, budget } = give;
    const command = {
      type: "earn",
      owner: one.owner,
      wallet: numbers.get(one.member_id ?? 0) ?? [one.owner],
      points,
      reference: `benefit:${one.benefit}:${one.entitlement_id}`,
      ...(valid_days === null ? {} : { last_day: addDays(today, valid_days - 1) }),
      ...(budget === undefined ? {} : { budget }),
    } as const;
    return [{ one, request: { key: keyOf(one.entitlement_id), command } }];
  });
}

async function grantPoints(granting: Granting, waiting: readonly Waiting[]): Promise<Outcome[]> {
  if (waiting.length === 0) return [];
  const asked = await requestsFor(granting, waiting);
  const outcomes = await commitWithin(
    granting.tx,
    granting.ground,
    asked.map(({ request }) => request),
  );
  return asked.map(({ one }, at) => {
    const outcome = outcomes[at];
    if (outcome !== undefined && "answer" in outcome)
      return given(one, granting.today, { points: outcome.answer.points });
    const refused = outcome?.refused;
    if (!(refused instanceof Problem)) throw refused;
    const reason = refused.code.startsWith("points.budget_") ? "budget_exhausted" : "points_refused";
    return failed(one, reason, granting.today);
  });
}

/**
 * Gives the next that are due: in one transaction with what the coupons and the ledger write, so that none is given
 * without being known as given. @returns how many it has settled
 */
export async function grantNext(ground: Ground, limit = GRANT_AT_ONCE): Promise<number> {
  const today = todayOf(ground);
  const now = ground.clock.now();
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const waiting = await waitingEntitlements(tx, today, limit);
    if (waiting.length === 0) return 0;
    const granting = { tx, ground, today, now };
    const rules = await rulesOn(tx, today);
    const ready = waiting.map((one) => ({ one, outcome: outright(one, today, rules) }));
    const left = ready.filter(({ outcome }) => outcome === undefined).map(({ one }) => one);
    const ofKind = (kind: string) => left.filter(({ definition }) => definition.give.kind === kind);
    await writeOutcomes(
      tx,
      ready.flatMap(({ outcome }) => outcome ?? []),
      now,
    );
    await writeOutcomes(tx, await grantCoupons(granting, ofKind("coupon")), now);
    await emit(tx, "benefits.changed", [{ party_ids: [...new Set(waiting.map(({ owner }) => owner))] }]);
    // the ledger is locked to the end of the transaction: last
    await writeOutcomes(tx, await grantPoints(granting, ofKind("points")), now);
    return waiting.length;
  });
}

/** What was granted and not taken by its last day. @returns how many */
export async function expireNext(ground: Ground): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, (tx) =>
    expireGranted(tx, todayOf(ground), ground.clock.now(), EXPIRE_AT_ONCE),
  );
}

/** Tells later domains whom to remind, each once. @returns how many */
export async function remindNext(ground: Ground): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const reminded = await takeReminders(tx, todayOf(ground), ground.clock.now(), GRANT_AT_ONCE);
    await emit(tx, "benefits.reminder", reminded.length === 0 ? [] : [{ reminders: reminded }]);
    return reminded.length;
  });
}
