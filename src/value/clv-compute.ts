import type { Ground } from "../ground.ts";
import { addDays } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { markMembersDirty } from "../tags/index.ts";
import { aliveChance, type BgNbd, fitBgNbd, purchasesIfAlive } from "./bgnbd.ts";
import { borderRanks, daysOf, factorOf, type Fraction, growthOf, isShort, ratesOf } from "./clv.ts";
import {
  addClvVersion,
  type ClvModels,
  type ClvParameters,
  type ClvRun,
  clvVersions,
  currentClvRun,
  forgetClv,
  writeClvRun,
} from "./clv-run-store.ts";
import {
  addExpectations,
  cellCounts,
  computeValues,
  type Expectation,
  gatherHistories,
  type HistoryTable,
  judgedPage,
  type ModelRow,
  populationPage,
  rankedBorders,
  type RateFactor,
  sampleHistories,
  totalsOf,
  writeValues,
} from "./clv-store.ts";
import { expectedSpend, fitGammaGamma } from "./gamma-gamma.ts";
import { type HoldOut, Judge } from "./hold-out.ts";
import { WINDOW_DAYS } from "./rfm.ts";
import { currentRun, type Run } from "./run-store.ts";

/** So many histories are fitted at most; of more members every n-th by number. */
const FIT_MEMBERS_MAX = 200_000;
const PAGE_MEMBERS = 20_000;
/** Fewer members than this on the earlier day judge no model. */
const JUDGED_MEMBERS_MIN = 100;
/** Decimal places of what the models say of a member. */
const PLACES = 6;

export interface ClvOptions {
  /** `keep`: bands by the version in force, of the day while there is none. `first`: make those of the day version 1. `derive`: a further version. */
  readonly borders: "keep" | "first" | "derive";
  readonly person_id?: number | null;
}

export interface ClvProgress {
  progress(done: number, total: number | null, note?: string): Promise<void>;
}

const STEPS = 4;

/** Computes lifetime value of everybody RFM layers, by the house formula and by BG/NBD with Gamma-Gamma (measures.md). */
export async function computeClv(
  ground: Ground,
  options: ClvOptions,
  at: ClvProgress = { progress: async () => {} },
): Promise<{ population: number; changed: number }> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await lockClv(tx);
    const rfm = await currentRun(tx);
    if (rfm === undefined) return nothing(tx, ground);
    const { business_day, currency } = rfm;
    await at.progress(0, STEPS, "histories");
    await gatherHistories(tx, "clv_history", business_day, currency, null);
    const parameters = await parametersOf(tx, "clv_history", business_day, rfm);
    const population = await computeValues(tx, business_day, rfm, factorsOf(parameters));
    if (population === 0) return nothing(tx, ground);
    await at.progress(1, STEPS, "models");
    const models = await fitModels(tx, "clv_history", business_day);
    if (models !== null) await expectAll(tx, models, business_day);
    await at.progress(2, STEPS, "hold_out");
    const hold_out = await judge(tx, rfm);
    await at.progress(3, STEPS, "bands");
    const run: ClvRun = {
      business_day,
      currency,
      rfm_version: rfm.version,
      ...(await bordersFor(tx, ground, options, { business_day, currency, population })),
      population,
      parameters,
      models,
      hold_out,
      computed_at: ground.clock.now(),
    };
    const changed = await writeValues(tx, business_day, run, null);
    await writeClvRun(tx, run);
    await markMembersDirty(tx, changed, ground.clock.now());
    await at.progress(STEPS, STEPS);
    return { population, changed: changed.length };
  });
}

/** Brings some members up to date within the present run: same day, parameters, models and borders. */
export async function computeClvMembers(tx: Tx, ground: Ground, member_ids: readonly number[]): Promise<void> {
  await lockClv(tx);
  const run = await currentClvRun(tx);
  const rfm = await currentRun(tx);
  // RFM of another day or by other thresholds: the whole computation that follows it takes these members too
  if (run === undefined || rfm === undefined) return;
  if (run.business_day !== rfm.business_day || run.rfm_version !== rfm.version) return;
  await gatherHistories(tx, "clv_history", run.business_day, run.currency, member_ids);
  await computeValues(tx, run.business_day, rfm, factorsOf(run.parameters));
  if (run.models !== null) await expectAll(tx, run.models, run.business_day);
  const changed = await writeValues(tx, run.business_day, run, member_ids);
  await markMembersDirty(tx, changed, ground.clock.now());
}

async function lockClv(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('value.clv', 0))");
}

async function nothing(tx: Tx, ground: Ground): Promise<{ population: number; changed: number }> {
  const gone = await forgetClv(tx);
  await markMembersDirty(tx, gone, ground.clock.now());
  return { population: 0, changed: gone.length };
}

async function parametersOf(tx: Tx, table: HistoryTable, business_day: string, rfm: Run): Promise<ClvParameters> {
  const totals = await totalsOf(tx, table, business_day);
  const growth = growthOf(totals);
  return {
    totals,
    is_short: isShort(totals),
    rates: ratesOf(await cellCounts(tx, table, business_day, rfm), totals),
    growth: { n: String(growth.n), d: String(growth.d) },
  };
}

function factorsOf({ rates, growth }: ClvParameters): RateFactor[] {
  const g: Fraction = { n: BigInt(growth.n), d: BigInt(growth.d) };
  return rates.map((rate) => {
    const share = { n: BigInt(rate.bought), d: BigInt(Math.max(1, rate.members)) };
    return { ...rate, factor: factorOf(share, g, rate.years) };
  });
}

/** Fits both models to everybody who ever bought, also those who left; null where nobody bought twice. */
async function fitModels(tx: Tx, table: HistoryTable, business_day: string): Promise<ClvModels | null> {
  const total = await tx.one<{ members: number }>(`select count(*) as members from pg_temp.${table}`);
  const every = Math.max(1, Math.ceil((total?.members ?? 0) / FIT_MEMBERS_MAX));
  const rows = await sampleHistories(tx, table, business_day, every);
  const bgnbd = fitBgNbd(rows);
  return bgnbd === undefined ? null : { every, bgnbd, gamma_gamma: fitGammaGamma(rows) ?? null };
}

/** Expected purchases and spend of the next 365 days. What only depends on x and T is computed once for all who share it. */
function predictor({ bgnbd, gamma_gamma }: ClvModels) {
  const known = new Map<string, number>();
  const ifAlive = (model: BgNbd, x: number, T: number): number => {
    const key = `${x} ${T}`;
    const value = known.get(key) ?? purchasesIfAlive(model, x, T, WINDOW_DAYS);
    known.set(key, value);
    return value;
  };
  return (row: ModelRow) => {
    const p_alive = aliveChance(bgnbd, row);
    const purchases = p_alive * ifAlive(bgnbd, row.x, row.T);
    const spend = gamma_gamma === null ? undefined : expectedSpend(gamma_gamma, row);
    return { p_alive, purchases, value_minor: spend === undefined ? null : purchases * spend };
  };
}

async function expectAll(tx: Tx, models: ClvModels, business_day: string): Promise<void> {
  const predict = predictor(models);
  let after = 0;
  for (;;) {
    const page = await populationPage(tx, "clv_history", business_day, after, PAGE_MEMBERS);
    const last = page.at(-1);
    if (last === undefined) return;
    const rows = page.map((row): Expectation => {
      const { p_alive, purchases, value_minor } = predict(row);
      return {
        member_id: row.member_id,
        expected_purchases: purchases.toFixed(PLACES),
        expected_value_minor: value_minor === null ? null : Math.round(value_minor),
        p_alive: p_alive.toFixed(PLACES),
      };
    });
    await addExpectations(tx, rows);
    after = last.member_id;
  }
}

/**
 * Both ways asked on D − 365 for the year that has passed since, of everybody who had bought in the year before it. Of the
 * house formula it is the first year's term.
 */
async function judge(tx: Tx, rfm: Run): Promise<HoldOut | null> {
  const past_day = addDays(rfm.business_day, -WINDOW_DAYS);
  await gatherHistories(tx, "clv_past", past_day, rfm.currency, null);
  const parameters = await parametersOf(tx, "clv_past", past_day, rfm);
  const models = await fitModels(tx, "clv_past", past_day);
  if (parameters.totals.buyers < JUDGED_MEMBERS_MIN || models === null) return null;
  const rates = new Map(parameters.rates.map((rate) => [rate.cell, rate.bought / Math.max(1, rate.members)]));
  const growth = 1 + Number(parameters.growth.n) / Number(parameters.growth.d);
  const predict = predictor(models);
  const [house, bgnbd] = [new Judge("house"), new Judge("bgnbd")];
  let [after, members] = [0, 0];
  for (;;) {
    const page = await judgedPage(tx, past_day, rfm, after, PAGE_MEMBERS);
    const last = page.at(-1);
    if (last === undefined) break;
    for (const row of page) {
      const repeat = (rates.get(row.cell) ?? 0) * (WINDOW_DAYS / daysOf(row.T));
      house.add([row.f * repeat, row.actual_purchases], [row.m_minor * repeat * growth, row.actual_minor]);
      const said = predict(row);
      bgnbd.add([said.purchases, row.actual_purchases], [said.value_minor ?? 0, row.actual_minor]);
    }
    members += page.length;
    after = last.member_id;
  }
  return { business_day: past_day, members, judgements: [house.verdict(), bgnbd.verdict()] };
}

async function bordersFor(
  tx: Tx,
  ground: Ground,
  { borders, person_id = null }: ClvOptions,
  day: { readonly business_day: string; readonly currency: string; readonly population: number },
): Promise<{ version: number; high_minor: number; middle_minor: number }> {
  const [active] = await clvVersions(tx);
  if (active !== undefined && borders !== "derive") {
    const { version, high_minor, middle_minor } = active;
    return { version, high_minor, middle_minor };
  }
  const derived = await rankedBorders(tx, borderRanks(day.population));
  if (derived === undefined) throw new Error("a population has borders");
  if (borders === "keep") return { ...derived, version: 0 };
  const version = await addClvVersion(tx, {
    ...derived,
    ...day,
    origin: "derived",
    person_id,
    created_at: ground.clock.now(),
  });
  return { ...derived, version };
}
