import { METRIC_DEFINITIONS } from "../../definitions/metrics/index.ts";
import { CHURN_RATE, churnTerms } from "../../definitions/metrics/loyalty.ts";
import type { Ground } from "../ground.ts";
import { addDays, lastClosedDay, sameDayLastYear } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { lostRules } from "../tags/index.ts";
import { currentVersions } from "./definition-store.ts";
import { missingDays, writeDayFigures, writeMonthFigures } from "./figure-store.ts";
import { checkFormula, type Formula, quotient } from "./formula.ts";
import { parametersOn } from "./parameters.ts";
import {
  brandCurrency,
  clearDirty,
  dirtyDays,
  membersTotal,
  metricsState,
  ordersReach,
  storeRegions,
  writeState,
} from "./state-store.ts";
import { type DayFigure, type EngineName, figuresOf, regionFigures } from "./totals.ts";

/** With more members than this the lake is asked. */
export const RECORDS_MAX = 50_000;
/** Days whose rolling figures follow a late record; farther back a person starts a back-fill. */
const FOLLOWED_DAYS = 40;
/** Months whose figures follow a late record. */
export const FOLLOWED_MONTHS = 13;
/** Days that are counted in one pass. */
const CHUNK_DAYS = 31;
/** Days that lines show at first. */
export const LINE_DAYS = 90;
/** Twice as many days are kept for comparisons with the year before. */
export const HISTORY_DAYS = 400;

export interface Work {
  /** Days for metrics of period `day`. */
  readonly days: readonly string[];
  /** Days for all other metrics. */
  readonly points: readonly string[];
  readonly months: readonly string[];
}

export interface Steps {
  readonly signal?: AbortSignal;
  readonly progress?: (done: number, total: number, note: string) => Promise<void>;
  readonly records_max?: number;
}

/** The formulas that can be asked on a day: those of the definitions whose parameters have a value. */
export async function formulasOn(ground: Ground, day: string, currency: string): Promise<Formula[]> {
  const { parameters, rules } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    parameters: await parametersOn(tx, day, currency),
    rules: (await lostRules(tx)).rules,
  }));
  return METRIC_DEFINITIONS.flatMap((shipped) => {
    const definition = shipped.key === CHURN_RATE ? { ...shipped, ...churnTerms(rules) } : shipped;
    const result = checkFormula(definition, ground.catalogue, parameters);
    return result.ok ? [result.formula] : [];
  });
}

/** Computes and keeps the figures of some days and months. It may stop between steps and be run again. */
export async function computeFigures(ground: Ground, work: Work, steps: Steps = {}): Promise<number> {
  const computation = await Computation.open(ground, steps.records_max ?? RECORDS_MAX);
  const chunks = chunksOf(work.days);
  const total = chunks.length + work.points.length + work.months.length;
  let done = 0;
  const step = async (note: string, run: () => Promise<void>): Promise<void> => {
    if (steps.signal?.aborted === true) return;
    await steps.progress?.(done, total, note);
    await run();
    done += 1;
  };
  for (const chunk of chunks) await step(chunk[0] ?? "", () => computation.days(chunk));
  for (const day of work.points) await step(day, () => computation.point(day));
  for (const month of work.months) await step(month, () => computation.month(month));
  await steps.progress?.(done, total, "");
  return done;
}

class Computation {
  readonly #ground: Ground;
  readonly #engine: EngineName;
  readonly #currency: string;
  readonly #regions: ReadonlyMap<string, string>;
  readonly #versions: ReadonlyMap<string, number>;

  private constructor(
    ground: Ground,
    engine: EngineName,
    known: { currency: string; regions: ReadonlyMap<string, string>; versions: ReadonlyMap<string, number> },
  ) {
    this.#ground = ground;
    this.#engine = engine;
    this.#currency = known.currency;
    this.#regions = known.regions;
    this.#versions = known.versions;
  }

  static async open(ground: Ground, records_max: number): Promise<Computation> {
    return ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const currency = await brandCurrency(tx, ground.config.currency);
      const engine = (await membersTotal(tx)) > records_max ? "duckdb" : "postgresql";
      return new Computation(ground, engine, {
        currency,
        regions: await storeRegions(tx),
        versions: await currentVersions(tx),
      });
    });
  }

  async days(days: readonly string[]): Promise<void> {
    const [from, to] = [days[0], days.at(-1)];
    if (from === undefined || to === undefined) return;
    const formulas = (await formulasOn(this.#ground, to, this.#currency)).filter(isDaily);
    const found = await figuresOf(this.#ground, this.#engine, formulas, { kind: "days", from, to });
    await this.#writeDays(formulas, days, withNothing(found, formulas, days));
  }

  async point(day: string): Promise<void> {
    const formulas = (await formulasOn(this.#ground, day, this.#currency)).filter((formula) => !isDaily(formula));
    const found = await figuresOf(this.#ground, this.#engine, formulas, { kind: "month", day });
    await this.#writeDays(formulas, [day], found);
  }

  /** A month up to its end, or to the last closed day while it runs. */
  async month(month: string): Promise<void> {
    const closed = lastClosedDay(this.#ground.clock.now(), this.#ground.config.timezone);
    const end = monthEnd(month);
    const day = end < closed ? end : closed;
    if (day.slice(0, 7) !== month) return;
    const formulas = await formulasOn(this.#ground, day, this.#currency);
    const found = await figuresOf(this.#ground, this.#engine, formulas, { kind: "month", day });
    const keys = formulas.map((formula) => formula.definition.key);
    const figures = [...found, ...this.#regionsOf(found, formulas)];
    await this.#ground.store.write(SYSTEM_SCOPE, (tx) => writeMonthFigures(tx, keys, month, figures, this.#written()));
  }

  async #writeDays(formulas: readonly Formula[], days: readonly string[], found: readonly DayFigure[]): Promise<void> {
    const keys = formulas.map((formula) => formula.definition.key);
    const figures = [...found, ...this.#regionsOf(found, formulas)];
    await this.#ground.store.write(SYSTEM_SCOPE, (tx) => writeDayFigures(tx, keys, days, figures, this.#written()));
  }

  #regionsOf(figures: readonly DayFigure[], formulas: readonly Formula[]): DayFigure[] {
    return regionFigures(
      figures,
      formulas,
      (code) => this.#regions.get(code),
      (formula, numerator, denominator) => quotient(formula.definition, numerator, denominator),
    );
  }

  #written() {
    return { versions: this.#versions, computed_at: this.#ground.clock.now() };
  }
}

const isDaily = (formula: Formula) => formula.definition.period === "day";

/** A day without any row has the figure 0 for everybody. */
function withNothing(
  found: readonly DayFigure[],
  formulas: readonly Formula[],
  days: readonly string[],
): readonly DayFigure[] {
  const known = new Set(found.flatMap((f) => (f.part === "all" ? [f.day] : [])));
  const missing = days.filter((day) => !known.has(day));
  const none = missing.flatMap((day) =>
    formulas.map(({ definition, denominator }) => ({
      metric: definition.key,
      day,
      part: "all" as const,
      code: "",
      ...quotient(definition, 0, denominator === null ? null : 0),
    })),
  );
  return [...found, ...none];
}

/** Days in runs of at most a month, each from its first to its last without a gap of more than a week. */
function chunksOf(days: readonly string[]): string[][] {
  const chunks: string[][] = [];
  for (const day of [...new Set(days)].toSorted()) {
    const last = chunks.at(-1);
    const start = last?.[0];
    const before = last?.at(-1);
    const near = before !== undefined && day <= addDays(before, 7);
    if (last !== undefined && start !== undefined && near && day < addDays(start, CHUNK_DAYS)) last.push(day);
    else chunks.push([day]);
  }
  return chunks;
}

export function monthEnd(month: string): string {
  const next = addDays(`${month}-01`, 31).slice(0, 7);
  return addDays(`${next}-01`, -1);
}

/** Every day from `from` to `to`. */
export function daysFrom(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** Months from that of `from` to that of `to`, the latest `most` of them. */
export function monthsFrom(from: string, to: string, most: number): string[] {
  const months: string[] = [];
  for (let month = to.slice(0, 7); month >= from.slice(0, 7) && months.length < most; ) {
    months.unshift(month);
    month = addDays(`${month}-01`, -1).slice(0, 7);
  }
  return months;
}

export interface BroughtUp {
  readonly through_day: string;
  readonly steps: number;
}

/**
 * Brings the figures up to the last closed day: days that closed since, and what late records changed. Without anything
 * to do it costs two look-ups.
 * @returns undefined while there is no order at all.
 */
export async function bringUpToDate(ground: Ground, steps: Steps = {}): Promise<BroughtUp | undefined> {
  const closed = lastClosedDay(ground.clock.now(), ground.config.timezone);
  const { state, dirty, reach, currency } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    state: await metricsState(tx),
    dirty: await dirtyDays(tx, closed),
    reach: await ordersReach(tx, closed),
    currency: await brandCurrency(tx, ground.config.currency),
  }));
  if (reach.last_day === null) return undefined;
  if (state !== undefined && dirty.length === 0 && state.through_day >= closed) {
    return { through_day: state.through_day, steps: 0 };
  }
  const first = state === undefined;
  const work = first
    ? firstWork(reach.first_day ?? closed, reach.last_day, closed)
    : changedWork(state.through_day, dirty, closed, reach.last_day);
  const compared = await yearBefore(ground, first ? reach.last_day : closed, reach.first_day ?? closed);
  const done = await computeFigures(ground, { ...work, points: [...work.points, ...compared] }, steps);
  if (steps.signal?.aborted === true) return { through_day: state?.through_day ?? closed, steps: done };
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await clearDirty(tx, dirty);
    const first_month = state?.first_month ?? closed.slice(0, 7);
    await writeState(tx, { through_day: closed, first_month, currency, computed_at: ground.clock.now() });
  });
  return { through_day: closed, steps: done };
}

/** The day of last year that a day is compared with, where it has no rolling figures yet. */
async function yearBefore(ground: Ground, day: string, first_day: string): Promise<string[]> {
  const before = sameDayLastYear(day, "aligned").day;
  if (before < first_day) return [];
  return ground.store.read(SYSTEM_SCOPE, (tx) => missingDays(tx, "members", before, before));
}

/** Days around the newest one and around the same days a year before: what the first pages compare with. */
const FIRST_DAYS = 62;

/** What the first pages show, quickly; the rest is historyWork. */
function firstWork(first_day: string, last_day: string, closed: string): Work {
  const lastYear = addDays(last_day, -365);
  const near = daysFrom(addDays(last_day, -FIRST_DAYS), last_day);
  const before = daysFrom(addDays(lastYear, -FIRST_DAYS / 2), addDays(lastYear, 7));
  return {
    days: [...near, ...before, closed].filter((day) => day >= first_day),
    points: [...new Set([last_day, closed])],
    months: [...new Set([last_day.slice(0, 7), closed.slice(0, 7)])],
  };
}

/** Everything that lines, months and comparisons with the year before can show; what is there already is left out. */
export async function historyWork(ground: Ground): Promise<Work> {
  const closed = lastClosedDay(ground.clock.now(), ground.config.timezone);
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const { first_day, last_day } = await ordersReach(tx, closed);
    if (first_day === null || last_day === null) return { days: [], points: [], months: [] };
    const oldest = addDays(last_day, -HISTORY_DAYS * 2);
    const from = first_day > oldest ? first_day : oldest;
    const points = await missingDays(tx, "members", addDays(last_day, 1 - LINE_DAYS), last_day);
    return {
      days: await missingDays(tx, "orders", from, last_day),
      points: points.toReversed(),
      months: monthsFrom(from, last_day, FOLLOWED_MONTHS),
    };
  });
}

function changedWork(
  through_day: string,
  dirty: readonly { readonly day: string }[],
  closed: string,
  last_day: string,
): Work {
  const fresh = daysFrom(addDays(through_day, 1), closed).slice(-HISTORY_DAYS);
  const days = [...dirty.map((row) => row.day), ...fresh];
  const earliest = days.toSorted()[0] ?? closed;
  // data that ended long ago are followed at their own end
  const horizon = last_day < addDays(closed, -FOLLOWED_DAYS) ? last_day : closed;
  const followed = addDays(horizon, -FOLLOWED_DAYS);
  return {
    days,
    points: [...new Set([...daysFrom(earliest > followed ? earliest : followed, horizon), closed])],
    months: [...new Set([...monthsFrom(earliest, horizon, FOLLOWED_MONTHS), closed.slice(0, 7)])],
  };
}
