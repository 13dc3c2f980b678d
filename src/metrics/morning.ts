import type { Ground } from "../ground.ts";
import { type Comparable, lastClosedDay, problem, sameDayLastYear } from "../platform/index.ts";
import { emit, SYSTEM_SCOPE, type Scope, type Tx } from "../store/index.ts";
import { bringUpToDate } from "./compute.ts";
import "./errors.ts";
import { keepMorning, keptDays, keptMorning, morningRows, morningRun, type StoreMorning } from "./morning-store.ts";
import { type MorningTotal, morningTotal } from "./morning-total.ts";
import { visibleStores } from "./read-store.ts";
import { metricsState } from "./state-store.ts";

const DAYS_SHOWN = 60;

/** The table per store of a day. `made_at` is null while it is made from the figures of now and not kept yet. */
export interface MorningTable {
  readonly day: string;
  readonly currency: string;
  readonly last_year: Comparable;
  readonly made_at: Date | null;
  readonly rows: readonly StoreMorning[];
  readonly total: MorningTotal;
  readonly days: readonly string[];
}

function daysOf(day: string, last_year_day: string) {
  const sameDate = sameDayLastYear(day, "date").day;
  return {
    day,
    month_from: `${day.slice(0, 7)}-01`,
    last_year_day,
    last_year_from: `${sameDate.slice(0, 7)}-01`,
    last_year_to: sameDate,
  };
}

/**
 * Makes and keeps the table of the last closed day and tells later domains that it is there.
 * @returns undefined when it was kept before, or there are no figures of the day.
 */
export async function makeMorning(ground: Ground): Promise<{ day: string; stores: number } | undefined> {
  await bringUpToDate(ground);
  const day = lastClosedDay(ground.clock.now(), ground.config.timezone);
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const state = await metricsState(tx);
    if (state === undefined || state.through_day < day) return undefined;
    const { day: last_year_day, by } = sameDayLastYear(day, "aligned");
    const rows = await morningRows(tx, daysOf(day, last_year_day));
    const made_at = ground.clock.now();
    const run = { day, last_year_day, last_year_by: by, currency: state.currency, made_at };
    if (!(await keepMorning(tx, run, rows))) return undefined;
    await emit(tx, "metrics.store_table", [{ day, stores: rows.length }]);
    return { day, stores: rows.length };
  });
}

/** The table of a day as a person may see it: kept, or made from the figures of now. */
export async function morningTable(tx: Tx, ground: Ground, scope: Scope, wanted?: string): Promise<MorningTable> {
  const state = await metricsState(tx);
  const days = await keptDays(tx, DAYS_SHOWN);
  const day = wanted ?? state?.through_day ?? days[0];
  if (day === undefined || state === undefined || day > state.through_day)
    throw problem("metrics.table_not_found", { day: day ?? lastClosedDay(ground.clock.now(), ground.config.timezone) });
  const run = await morningRun(tx, day);
  const aligned = sameDayLastYear(day, "aligned");
  const last_year: Comparable =
    run === undefined ? aligned : { day: run.last_year_day, by: run.last_year_by as Comparable["by"] };
  const all = run === undefined ? await morningRows(tx, daysOf(day, aligned.day)) : await keptMorning(tx, day);
  const stores = await visibleStores(tx, scope);
  const rows = stores === null ? all : all.filter((row) => stores.includes(row.store_code));
  return {
    day,
    currency: run?.currency ?? state.currency,
    last_year,
    made_at: run?.made_at ?? null,
    rows,
    total: morningTotal(rows),
    days,
  };
}
