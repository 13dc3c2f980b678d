import type { Ground } from "../../ground.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import { todayOf } from "../ledger/ledger.ts";
import { lockHead } from "../ledger/read-store.ts";
import { allTerms } from "../rules/programme-store.ts";
import { markEarning, refusedOwners } from "../rules/settle-store.ts";
import { applyLimits, budgetAccount, keepLimits, type Limit, usedBeyond } from "./budget-view-store.ts";

const REFUSED_OWNERS_MAX = 100_000;

/** Whoever is owed points that a budget held back is looked at again. */
export async function markRefused(tx: Tx, ground: Ground): Promise<void> {
  await markEarning(tx, { party_ids: await refusedOwners(tx, REFUSED_OWNERS_MAX) }, ground.clock.now());
}

/**
 * Sets what a budget may give in which periods, for the period of a day and all after it; what limits held back is given as
 * far as they allow now. @param since absent: today
 * @throws points.budget_unknown, points.limit_twice, points.worth_unknown, points.budget_below_used
 */
export async function setLimits(
  tx: Tx,
  ground: Ground,
  wish: {
    readonly budget: string;
    readonly limits: readonly Limit[];
    readonly since?: BusinessDay | undefined;
    readonly person_id: number | null;
  },
): Promise<void> {
  const { budget, limits, since = todayOf(ground), person_id } = wish;
  const account_id = await budgetAccount(tx, budget);
  if (account_id === undefined) throw problem("points.budget_unknown", { budget });
  const periods = limits.map(({ period }) => period);
  const twice = periods.find((period, at) => periods.indexOf(period) !== at);
  if (twice !== undefined) throw problem("points.limit_twice", { period: twice });
  if (limits.some(({ unit }) => unit === "minor") && (await allTerms(tx)).length === 0)
    throw problem("points.worth_unknown", { budget });
  await markRefused(tx, ground);
  // from here on nobody gives: what is used now is what a new limit has to leave room for
  await lockHead(tx);
  await keepLimits(tx, account_id, limits, { person_id, at: ground.clock.now() });
  const beyond = await usedBeyond(tx, account_id, since);
  if (beyond !== undefined) throw problem("points.budget_below_used", { budget, ...beyond });
  await applyLimits(tx, account_id, since);
}
