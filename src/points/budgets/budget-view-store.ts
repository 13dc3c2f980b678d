import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { LimitState } from "../ledger/books.ts";

export type Period = LimitState["period"];
export const PERIODS: readonly Period[] = ["day", "week", "month", "quarter", "year", "ever"];

/** What a budget may give in a period, as a person set it. */
export interface Limit {
  readonly period: Period;
  readonly unit: "points" | "minor";
  readonly amount: number;
}

/** A limit with what is used of it in the period of a day. */
export interface LimitUse extends Limit {
  /** '2026-11', '2026-W49'. */
  readonly period_key: string;
  readonly used: number;
  /** What it comes to in points; null while nothing says what points are worth. */
  readonly cap: number | null;
  /** What the used points are worth, of a limit in money. */
  readonly used_minor: number | null;
  /** Hundredths of a per cent of the limit. */
  readonly share: number;
}

export interface BudgetView {
  readonly budget: string;
  readonly balance: number;
  readonly funded: number;
  /** Whether it gives only what was put into it; otherwise its limits alone hold. */
  readonly is_funded: boolean;
  /** What it can give now: within what was put in and the limits of the day's periods; null: without end. */
  readonly left: number | null;
  readonly limits: readonly LimitUse[];
}

const LIMITS = `
  select l.account_id, l.period, l.unit, l.amount, points.period_key(l.period, $1::date) as period_key, coalesce(u.used, 0) as used,
    coalesce(u.cap, points.cap_of(l.unit, l.amount, w.points, w.minor)) as cap,
    case when l.unit = 'minor' then div(coalesce(u.used, 0)::numeric * coalesce(u.worth_minor, w.minor), coalesce(u.worth_points, w.points))::bigint
      end as used_minor,
    coalesce(div(coalesce(u.used, 0)::numeric * 10000, nullif(coalesce(u.cap, points.cap_of(l.unit, l.amount, w.points, w.minor)), 0)), 0)::int as share
  from points.budget_limit l
  left join points.budget_use u on u.account_id = l.account_id and u.period = l.period and u.period_key = points.period_key(l.period, $1::date)
  left join lateral points.worth_on($1::date) w on true`;

/** Budgets with what is left of what they were given, and of their limits in the periods of a day. */
export async function budgets(tx: Tx, day: BusinessDay): Promise<BudgetView[]> {
  const rows = await tx.query<Omit<BudgetView, "limits" | "left"> & { account_id: number }>(
    `select account_id, name as budget, balance, floor is not null as is_funded,
       coalesce((select sum(points) from points.transfer where to_kind = 'budget' and to_id = account_id and from_kind = 'issuer'), 0)::bigint as funded
     from points.account where kind = 'budget' order by name`,
  );
  const uses = await limitUses(tx, day);
  return rows.map(({ account_id, ...row }) => {
    const limits = uses
      .filter((use) => use.account_id === account_id)
      .toSorted((a, b) => PERIODS.indexOf(a.period) - PERIODS.indexOf(b.period));
    return { ...row, left: leftOf(row, limits), limits };
  });
}

function leftOf(
  { is_funded, balance }: Pick<BudgetView, "is_funded" | "balance">,
  limits: readonly LimitUse[],
): number | null {
  const rooms = [...(is_funded ? [balance] : []), ...limits.map(({ cap, used }) => Math.max(0, (cap ?? 0) - used))];
  return rooms.length === 0 ? null : Math.min(...rooms);
}

/** What is used of every limit in the periods of a day. */
function limitUses(tx: Tx, day: BusinessDay): Promise<(LimitUse & { readonly account_id: number })[]> {
  return tx.query(LIMITS, [day]);
}

/** Makes a budget. @returns false: there is one of that name */
export async function makeBudget(tx: Tx, budget: string, is_funded: boolean): Promise<boolean> {
  const made = await tx.execute(
    "insert into points.account (kind, name, floor) values ('budget', $1, $2) on conflict (kind, name) do nothing",
    [budget, is_funded ? 0 : null],
  );
  return made > 0;
}

export async function budgetAccount(tx: Tx, budget: string): Promise<number | undefined> {
  const row = await tx.one<{ account_id: number }>(
    "select account_id from points.account where kind = 'budget' and name = $1",
    [budget],
  );
  return row?.account_id;
}

/** The limits of a budget become these. */
export async function keepLimits(
  tx: Tx,
  account_id: number,
  limits: readonly Limit[],
  by: { readonly person_id: number | null; readonly at: Date },
): Promise<void> {
  await tx.query("delete from points.budget_limit where account_id = $1 and period <> all($2::text[])", [
    account_id,
    limits.map(({ period }) => period),
  ]);
  await tx.query(
    `insert into points.budget_limit (account_id, period, unit, amount, person_id, set_at)
     select $1, period, unit, amount, $5, $6 from unnest($2::text[], $3::text[], $4::bigint[]) l (period, unit, amount)
     on conflict (account_id, period) do update set unit = excluded.unit, amount = excluded.amount, person_id = excluded.person_id,
       set_at = excluded.set_at`,
    [
      account_id,
      limits.map(({ period }) => period),
      limits.map(({ unit }) => unit),
      limits.map(({ amount }) => amount),
      by.person_id,
      by.at,
    ],
  );
}

const CHANGED = `
  from points.budget_limit l left join lateral points.worth_on($2::date) w on true
  where u.account_id = $1 and l.account_id = u.account_id and l.period = u.period and u.period_key >= points.period_key(l.period, $2::date)`;

/** A period since a day in which more is used than its limit comes to now. */
export async function usedBeyond(
  tx: Tx,
  account_id: number,
  since: BusinessDay,
): Promise<{ readonly period_key: string; readonly used: number; readonly cap: number } | undefined> {
  return tx.one(
    `select period_key, used, cap from (
       select u.period_key, u.used, points.cap_of(l.unit, l.amount, w.points, w.minor) as cap
       from points.budget_use u join points.budget_limit l on l.account_id = u.account_id and l.period = u.period
       left join lateral points.worth_on($2::date) w on true
       where u.account_id = $1 and u.period_key >= points.period_key(l.period, $2::date)) changed
     where used > cap order by period_key limit 1`,
    [account_id, since],
  );
}

/** Periods that have begun, from that of a day on, follow their limits as they stand now. */
export async function applyLimits(tx: Tx, account_id: number, since: BusinessDay): Promise<void> {
  await tx.query(
    `update points.budget_use u set cap = points.cap_of(l.unit, l.amount, w.points, w.minor),
       worth_points = case when l.unit = 'minor' then w.points end, worth_minor = case when l.unit = 'minor' then w.minor end ${CHANGED}`,
    [account_id, since],
  );
}
