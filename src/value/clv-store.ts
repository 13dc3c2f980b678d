import type { Tx } from "../store/index.ts";
import type { CellCount, Rate, Totals, BandBorders, Fraction } from "./clv.ts";
import { NOT_REFUSED } from "./rfm-store.ts";
import type { Cell, Thresholds } from "./rfm.ts";

/** Temporary tables of purchase histories: as of D, and as of the day the models are judged from. */
export type HistoryTable = "clv_history" | "clv_past";

/** Day and amount of the first purchase in one number, so that one pass finds both; amounts are below this. */
const AMOUNTS = "100000000000000";
const ROUNDED = (n: string, d: string) => `(sign(${n}) * div(2 * abs(${n}) + ${d}, 2 * ${d}))::bigint`;

/**
 * Puts what each buyer's purchase days say up to D into a temporary table: over all history, in W = (D − 365, D] (f, m)
 * and in the window before it (f_before, m_before).
 * @param member_ids only these, or null for all.
 */
export async function gatherHistories(
  tx: Tx,
  table: HistoryTable,
  business_day: string,
  currency: string,
  member_ids: readonly number[] | null,
): Promise<number> {
  await tx.query(`drop table if exists pg_temp.${table}`);
  await tx.query(
    `create temporary table ${table} (member_id bigint, first_day date, last_day date, days int, spend_minor bigint,
       first_minor bigint, f int, m_minor bigint, last_before date, f_before int, m_before_minor bigint) on commit drop`,
  );
  const bought = "filter (where net_minor > 0)";
  const inside = "business_day > $1::date - 365";
  const before = "business_day <= $1::date - 365 and business_day > $1::date - 730";
  const count = await tx.execute(
    `insert into pg_temp.${table}
     select member_id, first_day, last_day, days, spend_minor, first_key % ${AMOUNTS}, f, m_minor, last_before, f_before, m_before_minor
     from (
       select member_id, min(business_day) ${bought} as first_day, max(business_day) ${bought} as last_day,
         count(*) ${bought} as days, sum(net_minor) ${bought} as spend_minor,
         min((business_day - date '1970-01-01')::bigint * ${AMOUNTS} + net_minor) ${bought} as first_key,
         count(*) filter (where net_minor > 0 and ${inside}) as f, coalesce(sum(net_minor) filter (where ${inside}), 0) as m_minor,
         max(business_day) filter (where net_minor > 0 and ${before}) as last_before,
         count(*) filter (where net_minor > 0 and ${before}) as f_before,
         coalesce(sum(net_minor) filter (where ${before}), 0) as m_before_minor
       from catalogue.purchase_days
       where business_day <= $1 and currency = $2 and ($3::bigint[] is null or member_id = any($3)) and ${NOT_REFUSED}
       group by member_id
     ) h where days > 0`,
    [business_day, currency, member_ids],
  );
  await tx.query(`analyze pg_temp.${table}`);
  return count;
}

/** The sums behind R and G as of D. */
export async function totalsOf(tx: Tx, table: HistoryTable, business_day: string): Promise<Totals> {
  const row = await tx.one<Totals>(
    `select coalesce($1::date - min(first_day) + 1, 0) as history_days, count(*) filter (where f > 0) as buyers,
       count(*) filter (where f >= 2) as repeat_buyers, coalesce(sum(m_minor) filter (where f > 0), 0)::bigint as m_minor,
       count(*) filter (where f_before > 0) as buyers_before,
       coalesce(sum(m_before_minor) filter (where f_before > 0), 0)::bigint as m_before_minor
     from pg_temp.${table}`,
    [business_day],
  );
  if (row === undefined) throw new Error("an aggregate gives one row");
  return row;
}

/** A member's cell on `day` by its F, M and last purchase; $2 to $5 are the thresholds. */
const cellSql = (day: string, f: string, m: string, last: string) =>
  `(case when ${m} < $2 then 'C' when ${f} >= $3 then 'A' else 'B' end)
   || (case when ${day} - ${last} <= $4 then '1' when ${day} - ${last} <= $5 then '2' else '3' end)`;

const numbers = (t: Thresholds) => [t.m_hi_minor, t.f_hi, t.r1_days, t.r2_days];

/** Members by cell on D − 365, by the same thresholds, and how many of them bought in W. */
export async function cellCounts(
  tx: Tx,
  table: HistoryTable,
  business_day: string,
  thresholds: Thresholds,
): Promise<CellCount[]> {
  return tx.query<CellCount>(
    `select ${cellSql("($1::date - 365)", "f_before", "m_before_minor", "last_before")} as cell, count(*) as members,
       count(*) filter (where f > 0) as bought
     from pg_temp.${table} where f_before > 0 group by 1 order by 1`,
    [business_day, ...numbers(thresholds)],
  );
}

export interface ModelRow {
  readonly member_id: number;
  readonly x: number;
  readonly t_x: number;
  readonly T: number;
  /** Mean of the repeat purchases in minor units; 0 without one. */
  readonly mean: number;
}

/** The columns of a ModelRow from histories `h`, as of the day in $1. */
const MODEL = `h.member_id, h.days - 1 as x, h.last_day - h.first_day as t_x, $1::date - h.first_day as "T",
  case when h.days > 1 then (h.spend_minor - h.first_minor)::float8 / (h.days - 1) else 0 end as mean`;

/** Histories for fitting: every member whose number is a multiple of `every`. */
export async function sampleHistories(
  tx: Tx,
  table: HistoryTable,
  business_day: string,
  every: number,
): Promise<ModelRow[]> {
  return tx.query<ModelRow>(`select ${MODEL} from pg_temp.${table} h where member_id % $2 = 0 order by member_id`, [
    business_day,
    every,
  ]);
}

/** Histories of those with a purchase in W, a page. */
export async function populationPage(
  tx: Tx,
  table: HistoryTable,
  business_day: string,
  after: number,
  limit: number,
): Promise<ModelRow[]> {
  return tx.query<ModelRow>(
    `select ${MODEL} from pg_temp.${table} h where f > 0 and member_id > $2 order by member_id limit $3`,
    [business_day, after, limit],
  );
}

export interface JudgedRow extends ModelRow {
  readonly cell: Cell;
  readonly m_minor: number;
  readonly f: number;
  readonly actual_purchases: number;
  readonly actual_minor: number;
}

/** Histories as of the earlier day beside what happened in the year since, a page. */
export async function judgedPage(
  tx: Tx,
  past_day: string,
  thresholds: Thresholds,
  after: number,
  limit: number,
): Promise<JudgedRow[]> {
  return tx.query<JudgedRow>(
    `select ${MODEL}, ${cellSql("$1::date", "h.f", "h.m_minor", "h.last_day")} as cell, h.m_minor, h.f,
       coalesce(n.f, 0) as actual_purchases, coalesce(n.m_minor, 0) as actual_minor
     from pg_temp.clv_past h left join pg_temp.clv_history n using (member_id)
     where h.f > 0 and h.member_id > $6 order by h.member_id limit $7`,
    [past_day, ...numbers(thresholds), after, limit],
  );
}

export interface RateFactor extends Rate {
  readonly factor: Fraction;
}

/** Computes the house formula of those with a purchase in W into the temporary table clv_fresh. @returns how many. */
export async function computeValues(
  tx: Tx,
  business_day: string,
  thresholds: Thresholds,
  rates: readonly RateFactor[],
): Promise<number> {
  await tx.query("drop table if exists pg_temp.clv_fresh");
  await tx.query(
    `create temporary table clv_fresh (member_id bigint primary key, clv_minor bigint, order_value_minor bigint,
       orders_per_year numeric(18, 6), repurchase_rate numeric(18, 6), years int, expected_purchases numeric(18, 6),
       expected_value_minor bigint, p_alive numeric(18, 6)) on commit drop`,
  );
  return tx.execute(
    `insert into pg_temp.clv_fresh
     select member_id, ${ROUNDED("(m_minor * 365 * r.n)", "(h.d * r.d)")}, ${ROUNDED("m_minor::numeric", "f::numeric")},
       round(f * 365::numeric / h.d, 6), round(r.bought::numeric / greatest(r.members, 1), 6), r.years
     from (
       select member_id, f, m_minor, least(365, greatest(90, $1::date - first_day + 1)) as d,
         ${cellSql("$1::date", "f", "m_minor", "last_day")} as cell
       from pg_temp.clv_history where f > 0
     ) h join unnest($6::text[], $7::numeric[], $8::numeric[], $9::bigint[], $10::bigint[], $11::int[])
       as r (cell, n, d, bought, members, years) using (cell)`
      .replaceAll("(h.d * r.d)", "(h.d * r.d)")
      .replace("/ d, 6", "/ h.d, 6"),
    [
      business_day,
      ...numbers(thresholds),
      rates.map((rate) => rate.cell),
      rates.map((rate) => String(rate.factor.n)),
      rates.map((rate) => String(rate.factor.d)),
      rates.map((rate) => rate.bought),
      rates.map((rate) => rate.members),
      rates.map((rate) => rate.years),
    ],
  );
}

export interface Expectation {
  readonly member_id: number;
  readonly expected_purchases: string;
  readonly expected_value_minor: number | null;
  readonly p_alive: string;
}

/** Puts what the models expect beside the values of clv_fresh. */
export async function addExpectations(tx: Tx, rows: readonly Expectation[]): Promise<void> {
  await tx.query(
    `update pg_temp.clv_fresh f set expected_purchases = e.purchases, expected_value_minor = e.value, p_alive = e.alive
     from unnest($1::bigint[], $2::numeric[], $3::bigint[], $4::numeric[]) as e (member_id, purchases, value, alive)
     where f.member_id = e.member_id`,
    [
      rows.map((row) => row.member_id),
      rows.map((row) => row.expected_purchases),
      rows.map((row) => row.expected_value_minor),
      rows.map((row) => row.p_alive),
    ],
  );
}

/** The values at two places, largest first, counted from 1. */
export async function rankedBorders(
  tx: Tx,
  ranks: { readonly high: number; readonly middle: number },
): Promise<BandBorders | undefined> {
  const at = "(select clv_minor from pg_temp.clv_fresh order by clv_minor desc offset $1::bigint - 1 limit 1)";
  const row = await tx.one<{ high_minor: number | null; middle_minor: number }>(
    `select ${at} as high_minor, ${at.replace("$1", "$2")} as middle_minor`,
    [ranks.high, ranks.middle],
  );
  if (row === undefined || row.high_minor === null) return undefined;
  return { high_minor: row.high_minor, middle_minor: row.middle_minor };
}

/**
 * Makes clv_member what clv_fresh and the borders say.
 * @param member_ids the members that were computed, or null for all: the others of them leave.
 * @returns the members whose band changed, who came, and who left.
 */
export async function writeValues(
  tx: Tx,
  business_day: string,
  borders: BandBorders,
  member_ids: readonly number[] | null,
): Promise<number[]> {
  const gone = await tx.query<{ member_id: number }>(
    `delete from value.clv_member c where ($1::bigint[] is null or c.member_id = any($1))
       and not exists (select from pg_temp.clv_fresh f where f.member_id = c.member_id) returning member_id`,
    [member_ids],
  );
  const columns =
    "clv_minor, order_value_minor, orders_per_year, repurchase_rate, years, expected_purchases, expected_value_minor, p_alive";
  const all = `business_day, band, ${columns}`.split(", ");
  const changed = await tx.query<{ member_id: number }>(
    `with fresh as (
       select member_id, $1::date as business_day,
         case when clv_minor >= $2 then 'high' when clv_minor >= $3 then 'middle' else 'low' end as band, ${columns}
       from pg_temp.clv_fresh
     ), changed as (
       select f.member_id from fresh f left join value.clv_member c using (member_id) where c.band is distinct from f.band
     ), written as (
       insert into value.clv_member (member_id, ${all.join(", ")})
       select member_id, ${all.join(", ")} from fresh
       on conflict (member_id) do update set ${all.map((name) => `${name} = excluded.${name}`).join(", ")}
         where (${all.map((name) => `clv_member.${name}`).join(", ")}) is distinct from (${all.map((name) => `excluded.${name}`).join(", ")})
     )
     select member_id from changed`,
    [business_day, borders.high_minor, borders.middle_minor],
  );
  return [...gone, ...changed].map((row) => row.member_id);
}
