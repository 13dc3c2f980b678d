import type { Ground } from "../ground.ts";
import { lastClosedDay, problem } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { markMembersDirty } from "../tags/index.ts";
import { BANDS, highRank, rfmCurrency, rfmDay, type Thresholds, thresholdsOf, windowStart } from "./rfm.ts";
import {
  buyersByCurrency,
  countOthers,
  gatherPopulation,
  lastPurchaseDay,
  populationEdges,
  rankedThresholds,
  type Window,
  writeMembers,
  writePast,
} from "./rfm-store.ts";
import { activate, activeVersion, addVersion, currentRun, type Run, writeRun } from "./run-store.ts";

export interface ComputeOptions {
  /** D; by default the last closed day, or the last day of the data where that ended earlier. */
  readonly business_day?: string;
  /**
   * `keep`: classify by the version in force, by thresholds of the day while there is none. `first`: the same, but make
   * those of the day version 1. `derive`: make a new version of the day's thresholds and put it in force.
   */
  readonly thresholds: "keep" | "first" | "derive";
  readonly person_id?: number | null;
}

export interface ComputeResult {
  readonly business_day: string;
  readonly version: number;
  readonly population: number;
  readonly changed: number;
}

/** Computes RFM of all members (measures.md, RFM) and tells which of them changed. */
export async function computeRfm(ground: Ground, options: ComputeOptions): Promise<ComputeResult> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await lockRfm(tx);
    const { business_day, data_ended } = await dayOf(tx, ground, options.business_day);
    const window: Window = { from_day: windowStart(business_day), business_day };
    const currency = rfmCurrency(ground.config.currency, await buyersByCurrency(tx, window));
    const population = await gatherPopulation(tx, window, currency, null);
    if (population === 0 && options.thresholds === "derive") throw problem("value.nothing_to_derive", { business_day });
    const applied = await thresholdsFor(tx, ground, options, { business_day, currency, population });
    if (applied === undefined) return { business_day, version: 0, population: 0, changed: await forgetRun(tx, ground) };
    const changed = await writeMembers(tx, business_day, applied, null);
    await writePast(tx, window, currency, null);
    const edges = await populationEdges(tx, population, BANDS);
    const { m_hi_minor, f_hi, r1_days, r2_days, version, thresholds_at } = applied;
    const run: Run = {
      business_day,
      data_ended,
      currency,
      version,
      m_hi_minor,
      f_hi,
      r1_days,
      r2_days,
      thresholds_at,
      ...edges,
      ...(await countOthers(tx, window, currency)),
      population,
      computed_at: ground.clock.now(),
    };
    await writeRun(tx, run);
    await announce(tx, ground, changed);
    return { business_day, version, population, changed: changed.length };
  });
}

/** Brings some members up to date within the present run: same day, same thresholds. @returns false without a run. */
export async function computeMembers(tx: Tx, ground: Ground, member_ids: readonly number[]): Promise<boolean> {
  await lockRfm(tx);
  const run = await currentRun(tx);
  if (run === undefined) return false;
  const window: Window = { from_day: windowStart(run.business_day), business_day: run.business_day };
  await gatherPopulation(tx, window, run.currency, member_ids);
  const changed = await writeMembers(tx, run.business_day, run, member_ids);
  await writePast(tx, window, run.currency, member_ids);
  await announce(tx, ground, changed);
  return true;
}

async function lockRfm(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('value.rfm', 0))");
}

async function dayOf(
  tx: Tx,
  ground: Ground,
  wanted: string | undefined,
): Promise<{ business_day: string; data_ended: boolean }> {
  if (wanted !== undefined) return { business_day: wanted, data_ended: false };
  const now = ground.clock.now();
  const { timezone } = ground.config;
  return rfmDay(now, timezone, await lastPurchaseDay(tx, lastClosedDay(now, timezone)));
}

type Applied = Thresholds & { readonly version: number; readonly thresholds_at: Date };

async function thresholdsFor(
  tx: Tx,
  ground: Ground,
  { thresholds, person_id = null }: ComputeOptions,
  day: { readonly business_day: string; readonly currency: string; readonly population: number },
): Promise<Applied | undefined> {
  const active = await activeVersion(tx);
  if (active !== undefined && thresholds !== "derive") return { ...active, thresholds_at: active.created_at };
  const now = ground.clock.now();
  const derived = await derivedThresholds(tx, day.population);
  if (derived === undefined || thresholds === "keep") {
    return derived === undefined ? undefined : { ...derived, version: 0, thresholds_at: now };
  }
  const version = await addVersion(tx, { ...derived, ...day, origin: "derived", person_id, created_at: now });
  await activate(tx, version, person_id, now);
  return { ...derived, version, thresholds_at: now };
}

/** The same rule as deriveThresholds in rfm.ts, where the population stands in a table. */
async function derivedThresholds(tx: Tx, population: number): Promise<Thresholds | undefined> {
  const ranked = await rankedThresholds(tx, highRank(population));
  return ranked === undefined ? undefined : thresholdsOf(ranked.m_hi_minor, ranked.f_middle);
}

async function forgetRun(tx: Tx, ground: Ground): Promise<number> {
  const gone = await tx.query<{ member_id: number }>("delete from value.rfm_member returning member_id");
  await tx.query("delete from value.rfm_past");
  await tx.query("delete from value.rfm_run");
  await announce(
    tx,
    ground,
    gone.map((row) => row.member_id),
  );
  return gone.length;
}

/** The tags of these members have to be looked at again. */
async function announce(tx: Tx, ground: Ground, member_ids: readonly number[]): Promise<void> {
  await markMembersDirty(tx, member_ids, ground.clock.now());
}
