import type { Tx } from "../store/index.ts";

export interface StoreMorning {
  /** '' holds what belongs to no store. */
  readonly store_code: string;
  readonly store_name: string | null;
  readonly region_code: string | null;
  readonly region_name: string | null;
  readonly opened_on: string | null;
  readonly orders: number;
  readonly member_orders: number;
  readonly net_minor: number;
  readonly new_members: number;
  readonly month_orders: number;
  readonly month_member_orders: number;
  readonly month_net_minor: number;
  readonly month_new_members: number;
  /** Null: the store was not open yet on that day. */
  readonly last_year_orders: number | null;
  readonly last_year_net_minor: number | null;
  readonly last_year_month_net_minor: number | null;
}

const COLUMNS = `store_code, store_name, region_code, region_name, opened_on, orders, member_orders, net_minor, new_members, month_orders,
  month_member_orders, month_net_minor, month_new_members, last_year_orders, last_year_net_minor, last_year_month_net_minor`;

export interface MorningDays {
  readonly day: string;
  readonly month_from: string;
  readonly last_year_day: string;
  readonly last_year_from: string;
  readonly last_year_to: string;
}

/** The table of a day from the figures of days, one row for each store with anything to say, by store. */
export async function morningRows(tx: Tx, days: MorningDays): Promise<StoreMorning[]> {
  return tx.query<StoreMorning>(
    `with f as (
       select code, metric, day, numerator from metrics.day_figure
       where part = 'store' and metric in ('orders', 'joined_share', 'net_sales', 'new_members')
         and (day between $2 and $1 or day = $3 or day between $4 and $5)
     ), sums as (
       select code as store_code,
         coalesce(sum(numerator) filter (where metric = 'orders' and day = $1), 0)::bigint as orders,
         coalesce(sum(numerator) filter (where metric = 'joined_share' and day = $1), 0)::bigint as member_orders,
         coalesce(sum(numerator) filter (where metric = 'net_sales' and day = $1), 0)::bigint as net_minor,
         coalesce(sum(numerator) filter (where metric = 'new_members' and day = $1), 0)::bigint as new_members,
         coalesce(sum(numerator) filter (where metric = 'orders' and day between $2 and $1), 0)::bigint as month_orders,
         coalesce(sum(numerator) filter (where metric = 'joined_share' and day between $2 and $1), 0)::bigint as month_member_orders,
         coalesce(sum(numerator) filter (where metric = 'net_sales' and day between $2 and $1), 0)::bigint as month_net_minor,
         coalesce(sum(numerator) filter (where metric = 'new_members' and day between $2 and $1), 0)::bigint as month_new_members,
         coalesce(sum(numerator) filter (where metric = 'orders' and day = $3), 0)::bigint as ly_orders,
         coalesce(sum(numerator) filter (where metric = 'net_sales' and day = $3), 0)::bigint as ly_net,
         coalesce(sum(numerator) filter (where metric = 'net_sales' and day between $4 and $5), 0)::bigint as ly_month
       from f group by code
     ), opened as (
       select coalesce(store_code, '') as store_code, min(business_day) as opened_on from catalogue.orders where is_settled group by 1
     ), places as (
       select coalesce(s.store_code, n.store_code) as store_code, n.name as store_name, n.region_code, n.region_name, o.opened_on,
         coalesce(s.orders, 0) as orders, coalesce(s.member_orders, 0) as member_orders, coalesce(s.net_minor, 0) as net_minor,
         coalesce(s.new_members, 0) as new_members, coalesce(s.month_orders, 0) as month_orders,
         coalesce(s.month_member_orders, 0) as month_member_orders, coalesce(s.month_net_minor, 0) as month_net_minor,
         coalesce(s.month_new_members, 0) as month_new_members,
         case when o.opened_on <= $3 then coalesce(s.ly_orders, 0) end as last_year_orders,
         case when o.opened_on <= $3 then coalesce(s.ly_net, 0) end as last_year_net_minor,
         case when o.opened_on <= $4 then coalesce(s.ly_month, 0) end as last_year_month_net_minor
       from sums s full join catalogue.stores n on n.store_code = s.store_code
       left join opened o on o.store_code = coalesce(s.store_code, n.store_code)
       where o.opened_on <= $1 or s.new_members > 0 or s.month_new_members > 0
     )
     select ${COLUMNS} from places order by region_name nulls last, store_code`,
    [days.day, days.month_from, days.last_year_day, days.last_year_from, days.last_year_to],
  );
}

export interface MorningRun {
  readonly day: string;
  readonly last_year_day: string;
  readonly last_year_by: string;
  readonly currency: string;
  readonly made_at: Date;
}

/** Keeps the table of a day; one that was made before stays. @returns whether it was kept now. */
export async function keepMorning(tx: Tx, run: MorningRun, rows: readonly StoreMorning[]): Promise<boolean> {
  const made = await tx.execute(
    `insert into metrics.store_morning_run (day, last_year_day, last_year_by, currency, made_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [run.day, run.last_year_day, run.last_year_by, run.currency, run.made_at],
  );
  if (made === 0) return false;
  await tx.query(
    `insert into metrics.store_morning (day, ${COLUMNS})
     select $1, ${COLUMNS} from jsonb_populate_recordset(null::metrics.store_morning, $2::jsonb)`,
    [run.day, JSON.stringify(rows)],
  );
  return true;
}

export async function morningRun(tx: Tx, day: string): Promise<MorningRun | undefined> {
  return tx.one<MorningRun>(
    "select day, last_year_day, last_year_by, currency, made_at from metrics.store_morning_run where day = $1",
    [day],
  );
}

export async function keptMorning(tx: Tx, day: string): Promise<StoreMorning[]> {
  return tx.query<StoreMorning>(
    `select ${COLUMNS} from metrics.store_morning where day = $1 order by region_name nulls last, store_code`,
    [day],
  );
}

/** Days of which a table was kept, newest first. */
export async function keptDays(tx: Tx, limit: number): Promise<string[]> {
  const rows = await tx.query<{ day: string }>("select day from metrics.store_morning_run order by day desc limit $1", [
    limit,
  ]);
  return rows.map((row) => row.day);
}
