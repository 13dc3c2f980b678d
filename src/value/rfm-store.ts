import type { Tx } from "../store/index.ts";
import type { Thresholds } from "./rfm.ts";

/** Members who refuse profiling are in no layer, and count for no threshold. They are few: the list is hashed once. */
export const NOT_REFUSED = "member_id not in (select x.member_id from catalogue.members x where x.profiling_refused)";

/** The newest day on which a member bought in a valid order, up to `until`; null without one. */
export async function lastPurchaseDay(tx: Tx, until: string): Promise<string | null> {
  const row = await tx.one<{ business_day: string }>(
    `select business_day from catalogue.orders where is_valid and member_id is not null and net_minor > 0 and business_day <= $1
     order by business_day desc limit 1`,
    [until],
  );
  return row?.business_day ?? null;
}

export interface Window {
  readonly from_day: string;
  readonly business_day: string;
}

/** Members with a purchase in the window, by currency. */
export async function buyersByCurrency(
  tx: Tx,
  { from_day, business_day }: Window,
): Promise<{ currency: string; members: number }[]> {
  return tx.query(
    `select currency, count(distinct member_id) as members from catalogue.purchase_days
     where business_day between $1 and $2 and net_minor > 0 and ${NOT_REFUSED} group by currency`,
    [from_day, business_day],
  );
}

/**
 * Puts the population of the window into the transaction's table `rfm_population`: last purchase day, purchase days F and
 * net spend M over all days of the window, also those on which refunds exceed sales.
 * @param member_ids only these, or null for all.
 * @returns how many members it has.
 */
export async function gatherPopulation(
  tx: Tx,
  window: Window,
  currency: string,
  member_ids: readonly number[] | null,
): Promise<number> {
  await tx.query("drop table if exists pg_temp.rfm_population");
  await tx.query(
    "create temporary table rfm_population (member_id bigint, last_purchase_day date, f int, m_minor bigint) on commit drop",
  );
  const only = member_ids === null ? "" : "and member_id = any($4::bigint[])";
  const count = await tx.execute(
    `insert into pg_temp.rfm_population
     select member_id, max(business_day) filter (where net_minor > 0), count(*) filter (where net_minor > 0), sum(net_minor)
     from catalogue.purchase_days
     where business_day between $1 and $2 and currency = $3 ${only} and ${NOT_REFUSED}
     group by member_id having count(*) filter (where net_minor > 0) > 0`,
    [window.from_day, window.business_day, currency, ...(member_ids === null ? [] : [member_ids])],
  );
  await tx.query("analyze pg_temp.rfm_population");
  return count;
}

/** The m_minor of the rank-th largest, and of those at or above it the middle F. */
export async function rankedThresholds(
  tx: Tx,
  rank: number,
): Promise<{ m_hi_minor: number; f_middle: number } | undefined> {
  return tx.one<{ m_hi_minor: number; f_middle: number }>(
    `with high as (select m_minor from pg_temp.rfm_population order by m_minor desc offset $1 limit 1),
     rich as (select f, row_number() over (order by f) as place, count(*) over () as k
              from pg_temp.rfm_population where m_minor >= (select m_minor from high))
     select (select m_minor from high) as m_hi_minor, f as f_middle from rich where place = (k + 1) / 2`,
    [rank - 1],
  );
}

/** Lower edges of five bands of F and of M. */
export async function populationEdges(
  tx: Tx,
  population: number,
  bands: number,
): Promise<{ f_edges: number[]; m_edges: number[] }> {
  const places = Array.from({ length: bands }, (_, i) => Math.floor((i * population) / bands));
  const edges = async (column: "f" | "m_minor") => {
    const rows = await tx.query<{ edge: number }>(
      `select ${column}::bigint as edge from (select ${column}, row_number() over (order by ${column}) - 1 as place from pg_temp.rfm_population) p
       where place = any($1::bigint[]) order by edge`,
      [places],
    );
    const found = rows.map((row) => row.edge);
    return places.map((_, i) => found[Math.min(i, found.length - 1)] ?? 0);
  };
  return { f_edges: await edges("f"), m_edges: await edges("m_minor") };
}

/**
 * Makes rfm_member what the gathered population and the thresholds say.
 * @param member_ids the members that were gathered, or null for all: the others of them leave.
 * @returns the members whose class, level, F or M changed.
 */
export async function writeMembers(
  tx: Tx,
  business_day: string,
  t: Thresholds,
  member_ids: readonly number[] | null,
): Promise<number[]> {
  const gone = await tx.query<{ member_id: number }>(
    `delete from value.rfm_member r where ($1::bigint[] is null or r.member_id = any($1))
       and not exists (select from pg_temp.rfm_population p where p.member_id = r.member_id) returning member_id`,
    [member_ids],
  );
  const changed = await tx.query<{ member_id: number }>(
    `with fresh as (
       select member_id, $1::date as business_day, last_purchase_day, $1::date - last_purchase_day as r_days, f, m_minor,
         case when m_minor < $2 then 'C' when f >= $3 then 'A' else 'B' end as class,
         (case when $1::date - last_purchase_day <= $4 then 1 when $1::date - last_purchase_day <= $5 then 2 else 3 end)::smallint as level
       from pg_temp.rfm_population
     ), changed as (
       select f.member_id from fresh f left join value.rfm_member r using (member_id)
       where r.member_id is null or (r.class, r.level, r.f, r.m_minor) is distinct from (f.class, f.level, f.f, f.m_minor)
     ), written as (
       insert into value.rfm_member (member_id, business_day, last_purchase_day, r_days, f, m_minor, class, level)
       select * from fresh
       on conflict (member_id) do update set business_day = excluded.business_day, last_purchase_day = excluded.last_purchase_day,
         r_days = excluded.r_days, f = excluded.f, m_minor = excluded.m_minor, class = excluded.class, level = excluded.level
         where (rfm_member.business_day, rfm_member.last_purchase_day, rfm_member.f, rfm_member.m_minor, rfm_member.class, rfm_member.level)
           is distinct from (excluded.business_day, excluded.last_purchase_day, excluded.f, excluded.m_minor, excluded.class, excluded.level)
     )
     select member_id from changed`,
    [business_day, t.m_hi_minor, t.f_hi, t.r1_days, t.r2_days],
  );
  return [...gone, ...changed].map((row) => row.member_id);
}

/** Members whose last purchase in the currency lies before the window. */
export async function writePast(
  tx: Tx,
  window: Window,
  currency: string,
  member_ids: readonly number[] | null,
): Promise<void> {
  await tx.query("delete from value.rfm_past where $1::bigint[] is null or member_id = any($1)", [member_ids]);
  await tx.query(
    `insert into value.rfm_past (member_id, last_purchase_day)
     select member_id, max(business_day) from catalogue.purchase_days d
     where business_day < $1 and net_minor > 0 and currency = $2 and ($3::bigint[] is null or member_id = any($3)) and ${NOT_REFUSED}
       and not exists (select from pg_temp.rfm_population p where p.member_id = d.member_id)
     group by member_id`,
    [window.from_day, currency, member_ids],
  );
}

export interface Others {
  readonly population: number;
  readonly never: number;
  readonly over_365: number;
  readonly flagged: number;
  readonly refused: number;
  readonly other_currency: number;
}

/** Everybody, each in one group: the population, those beside it, and why. */
export async function countOthers(tx: Tx, { from_day, business_day }: Window, currency: string): Promise<Others> {
  const row = await tx.one<Others>(
    `with elsewhere as (
       select distinct member_id from catalogue.purchase_days where business_day between $1 and $2 and net_minor > 0 and currency <> $3
     ), standing as (
       select m.member_id, r.member_id is not null as is_in, p.member_id is not null as is_past,
         m.is_staff or m.is_test or m.is_wholesale as is_flagged, m.profiling_refused as is_refused, e.member_id is not null as is_elsewhere
       from catalogue.members m
       left join value.rfm_member r using (member_id)
       left join value.rfm_past p using (member_id)
       left join elsewhere e using (member_id)
     )
     select count(*) filter (where is_in) as population,
       count(*) filter (where is_refused) as refused,
       count(*) filter (where not is_in and not is_refused and is_flagged) as flagged,
       count(*) filter (where not is_in and not is_refused and not is_flagged and is_elsewhere) as other_currency,
       count(*) filter (where not is_in and not is_refused and not is_flagged and not is_elsewhere and is_past) as over_365,
       count(*) filter (where not is_in and not is_refused and not is_flagged and not is_elsewhere and not is_past) as never
     from standing`,
    [from_day, business_day, currency],
  );
  return row ?? { population: 0, never: 0, over_365: 0, flagged: 0, refused: 0, other_currency: 0 };
}

/** Who of some members is of high value by the layers of now: classes A and B. */
export async function highValueAmong(tx: Tx, member_ids: readonly number[]): Promise<Set<number>> {
  const rows = await tx.query<{ member_id: number }>(
    "select member_id from value.rfm_member where member_id = any($1::bigint[]) and class in ('A', 'B')",
    [member_ids],
  );
  return new Set(rows.map(({ member_id }) => member_id));
}
