import type { Ground } from "../../ground.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { type DefinitionProblem, found, shapeProblems } from "../entitlements/benefit-check.ts";
import { benefitVersions } from "../entitlements/benefit-store.ts";
import { todayOf } from "../entitlements/benefits.ts";
import { asOnce } from "./orders.ts";
import { readReward, RewardDefinition } from "./reward.ts";
import { rewardVersions } from "./reward-list-store.ts";
import {
  addReward,
  hasReward,
  moveStock,
  type SavedBy,
  saveRewardDraft,
  STOCK_MAX,
  takeRewardDraft,
  unitsTaken,
} from "./reward-store.ts";
import "./errors.ts";

/** Everything that stands in the way of publishing a definition. */
export async function rewardProblems(tx: Tx, input: unknown): Promise<DefinitionProblem[]> {
  const shape = shapeProblems(RewardDefinition, input);
  if (shape.length > 0) return shape;
  const { needs } = input as RewardDefinition;
  if (needs === null) return [];
  const versions = await benefitVersions(tx, needs);
  if (versions.some(({ definition }) => definition.give.kind === "redemption")) return [];
  return [found("/needs", "reward_needs_unknown", { benefit: needs })];
}

/** @throws benefits.reward_unknown */
export async function requireReward(tx: Tx, reward: string): Promise<void> {
  if (!(await hasReward(tx, reward))) throw problem("benefits.reward_unknown", { reward });
}

/** Keeps a sound draft; what is in force stays. @throws benefits.bad_reward */
export async function saveReward(tx: Tx, input: unknown, by: SavedBy): Promise<void> {
  await saveRewardDraft(tx, readReward(input), by);
}

/**
 * Lets the draft hold on days from today on.
 * @returns its version
 * @throws benefits.reward_unknown, reward_no_draft, reward_days, bad_reward
 */
export async function publishReward(
  tx: Tx,
  ground: Ground,
  reward: string,
  by: { readonly person_id: number | null; readonly first_day: BusinessDay; readonly last_day: BusinessDay | null },
): Promise<number> {
  await requireReward(tx, reward);
  const { first_day, last_day } = by;
  const today = todayOf(ground);
  const taken = (await rewardVersions(tx, reward)).some((one) => one.first_day >= first_day && one.first_day > today);
  if (first_day < today || taken || (last_day !== null && last_day < first_day))
    throw problem("benefits.reward_days", { first_day, last_day: last_day ?? "—", today });
  const draft = await takeRewardDraft(tx, reward);
  if (draft === undefined) throw problem("benefits.reward_no_draft", { reward });
  const [first, ...more] = await rewardProblems(tx, draft);
  if (first !== undefined) {
    const place = { count: 1 + more.length, place: first.path, first_zh: first.zh, first_en: first.en };
    throw problem("benefits.bad_reward", place, [first, ...more]);
  }
  return addReward(tx, readReward(draft), { ...by, now: ground.clock.now() });
}

export interface Stocking {
  readonly reward: string;
  /** Above zero: added; below: taken away. */
  readonly units: number;
  readonly reason: string;
}

/**
 * Adds units to a stock or takes some away, once under its key.
 * @throws benefits.reward_unknown, reward_stock, reward_stock_limit, key_reused
 */
export async function changeStock(
  ground: Ground,
  key: string,
  stocking: Stocking,
  person_id: number | null,
): Promise<{ readonly reward: string; readonly stock: number }> {
  const { reward, units, reason } = stocking;
  return asOnce(ground, key, ["stock", stocking], async (tx, now) => {
    await requireReward(tx, reward);
    const move = { reward, kind: units > 0 ? "added" : "taken", units, reason, order_id: null } as const;
    const stock = await moveStock(tx, move, { person_id, now });
    if (stock !== undefined) return { reward, stock };
    if (units > 0) throw problem("benefits.reward_stock_limit", { most: STOCK_MAX });
    throw problem("benefits.reward_stock", { taken: await unitsTaken(tx, reward) });
  });
}
