import type { BusinessDay } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { DayRow } from "./figures.ts";

/** The newest business day with anything on it; undefined when nothing has come in yet. */
export async function newestDay(tx: Tx): Promise<BusinessDay | undefined> {
  const row = await tx.one<{ day: BusinessDay | null }>("select max(business_day) as day from catalogue.orders");
  return row?.day ?? undefined;
}

export function newMembers(tx: Tx, from: BusinessDay, to: BusinessDay): Promise<DayRow[]> {
  return tx.query<DayRow>(
    `select join_day as day, coalesce(join_channel, '') as part, count(*)::bigint as value
     from catalogue.members where join_day between $1 and $2 group by 1, 2`,
    [from, to],
  );
}

/** Members who bought or logged in. */
export function activeMembers(tx: Tx, from: BusinessDay, to: BusinessDay): Promise<DayRow[]> {
  return tx.query<DayRow>(
    `select day, '' as part, count(distinct member_id)::bigint as value from (
       select business_day as day, member_id from catalogue.orders where business_day between $1 and $2 and is_valid and member_id is not null
       union all
       select business_day, member_id from catalogue.events where business_day between $1 and $2 and kind = 'login'
     ) active group by 1`,
    [from, to],
  );
}

export function memberSales(tx: Tx, from: BusinessDay, to: BusinessDay, currency: string): Promise<DayRow[]> {
  return tx.query<DayRow>(
    `select business_day as day, coalesce(s.name, o.store_code, '') as part, sum(o.net_minor)::bigint as value
     from catalogue.orders o left join catalogue.stores s using (store_code)
     where o.business_day between $1 and $2 and o.is_valid and o.member_id is not null and o.currency = $3 group by 1, 2`,
    [from, to, currency],
  );
}

/** Paid tickets, of members only or of everybody. */
export function tickets(tx: Tx, from: BusinessDay, to: BusinessDay, membersOnly: boolean): Promise<DayRow[]> {
  return tx.query<DayRow>(
    `select business_day as day, coalesce(s.name, o.store_code, '') as part, count(*)::bigint as value
     from catalogue.orders o left join catalogue.stores s using (store_code)
     where o.business_day between $1 and $2 and o.is_valid and (not $3 or o.member_id is not null) group by 1, 2`,
    [from, to, membersOnly],
  );
}

export function withdrawals(tx: Tx, from: BusinessDay, to: BusinessDay): Promise<DayRow[]> {
  return tx.query<DayRow>(
    `select business_day as day, coalesce(medium, '') as part, count(distinct member_id)::bigint as value
     from catalogue.events where business_day between $1 and $2 and kind = 'message' and stage = 'unsubscribed' group by 1, 2`,
    [from, to],
  );
}

/** The currency with most orders lately: the brand's own unless an import brought another. */
export async function mainCurrency(tx: Tx, from: BusinessDay, fallback: string): Promise<string> {
  const row = await tx.one<{ currency: string }>(
    "select currency from catalogue.orders where business_day >= $1 group by currency order by count(*) desc, currency limit 1",
    [from],
  );
  return row?.currency ?? fallback;
}
