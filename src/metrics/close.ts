import type { Ground } from "../ground.ts";
import { addDays, problem, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { closeOf, knownMonths, listReopenings, monthBasis, reopen, writeClose } from "./close-store.ts";
import { computeFigures, daysFrom, monthEnd } from "./compute.ts";
import "./errors.ts";
import { metricsState } from "./state-store.ts";

/** A month closes by itself on this day of the next one, at this hour of the brand's time zone. */
export const CLOSE_DAY = 5;
export const CLOSE_HOUR = 6;

/** When a month closes by itself. */
export function dueAt(month: string, timezone: string): Date {
  const day = addDays(monthEnd(month), CLOSE_DAY);
  return new Date(startOfDay(day, timezone).getTime() + CLOSE_HOUR * 3_600_000);
}

/**
 * Closes every month that is due, has figures, and was not opened again by a person. Months before the first
 * computation are history that may still be imported, and a person closes them; `first` is for data that were there
 * before the first computation, which has just been.
 */
export async function closeDueMonths(ground: Ground, first?: "first"): Promise<string[]> {
  const now = ground.clock.now();
  const { known, state, reopened } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
    known: await knownMonths(tx),
    state: await metricsState(tx),
    reopened: new Set((await listReopenings(tx)).map((row) => row.month)),
  }));
  const due = known.filter(
    (month) =>
      dueAt(month, ground.config.timezone) <= now &&
      !reopened.has(month) &&
      state !== undefined &&
      (first !== undefined || month >= state.first_month),
  );
  const closed: string[] = [];
  for (const month of due.toSorted()) if (await closeOnce(ground, month, first)) closed.push(month);
  return closed;
}

/** @returns false when it is closed already. */
async function closeOnce(ground: Ground, month: string, first?: "first"): Promise<boolean> {
  const known = await ground.store.read(SYSTEM_SCOPE, (tx) => closeOf(tx, month));
  if (known !== undefined) return false;
  if (first === undefined) await computeFigures(ground, { days: [], points: [], months: [month] });
  await ground.store.write(SYSTEM_SCOPE, (tx) => freeze(tx, ground, month, null));
  return true;
}

async function freeze(tx: Tx, ground: Ground, month: string, person_id: number | null): Promise<void> {
  const basis = await monthBasis(tx, `${month}-01`, monthEnd(month));
  await writeClose(tx, { month, closed_at: ground.clock.now(), person_id, ...basis });
}

/** A person closes a month before it is due, or one that was opened again. */
export async function closeMonth(ground: Ground, month: string, person_id: number | null): Promise<void> {
  const now = ground.clock.now();
  if (now < startOfDay(addDays(monthEnd(month), 1), ground.config.timezone))
    throw problem("metrics.month_running", { month });
  const known = await ground.store.read(SYSTEM_SCOPE, (tx) => closeOf(tx, month));
  if (known !== undefined) throw problem("metrics.month_closed", { month });
  await computeFigures(ground, { days: [], points: [], months: [month] });
  await ground.store.write(SYSTEM_SCOPE, (tx) => freeze(tx, ground, month, person_id));
}

/** A person opens a closed month: its figures are computed anew from what is known now. */
export async function reopenMonth(
  tx: Tx,
  ground: Ground,
  month: string,
  by: { readonly reason: string; readonly person_id: number | null },
): Promise<readonly string[]> {
  const close = await closeOf(tx, month);
  if (close === undefined) throw problem("metrics.month_open", { month });
  await reopen(tx, close, { ...by, now: ground.clock.now() });
  return daysFrom(`${month}-01`, monthEnd(month));
}
