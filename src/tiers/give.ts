import type { Ground } from "../ground.ts";
import { addDays } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import { lock } from "./dirty-store.ts";
import "./errors.ts";
import { evaluate, todayOf } from "./evaluate.ts";
import { addGrants } from "./grant-store.ts";
import { ladderState } from "./ladder-store.ts";

/** A tier that a later domain gives members for some days, whatever their amounts say. */
export interface TierGift {
  readonly tier: string;
  /** Today is the first of them. */
  readonly days: number;
  readonly reason: string;
}

/**
 * Gives members a tier by the ladder in force, in the caller's transaction; once is the caller's to hold.
 * @returns why nobody got it, for all of them; undefined: they have it
 */
export async function giveTier(
  tx: Tx,
  ground: Ground,
  { tier, days, reason }: TierGift,
  member_ids: readonly number[],
): Promise<string | undefined> {
  await lock(tx);
  const refused = await rehearseTier(tx, tier);
  const state = await ladderState(tx);
  if (refused !== undefined || state === undefined) return refused;
  const today = todayOf(ground);
  const members = [...new Set(member_ids)];
  const grant = { tier, from_day: today, until_day: addDays(today, days - 1), reason, person_id: null };
  await addGrants(tx, members, { ...grant, granted_at: ground.clock.now() });
  await evaluate(tx, ground, state, members, today);
  return undefined;
}

/** What `giveTier` would answer, without giving it. */
export async function rehearseTier(tx: Tx, tier: string): Promise<string | undefined> {
  const state = await ladderState(tx);
  if (state === undefined) return "tiers.none_in_force";
  return state.definition.tiers.some((step) => step.key === tier) ? undefined : "tiers.tier_gone";
}

/** Tiers of the ladder in force, the lowest first. */
export async function tierChoices(
  tx: Tx,
): Promise<{ readonly tier: string; readonly zh: string; readonly en: string }[]> {
  const state = await ladderState(tx);
  return (state?.definition.tiers ?? []).map(({ key, zh, en }) => ({ tier: key, zh, en }));
}
