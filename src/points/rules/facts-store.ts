import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { EventFacts, OrderFacts } from "./earning.ts";

/** An order or event of a member that may earn. */
export type Cause = {
  /** 'order:<order_id>' or 'event:<record_id>'. */
  readonly cause: string;
  readonly member_id: number;
  /** The number that earns. */
  readonly owner: number;
  readonly day: BusinessDay;
} & ({ readonly order: OrderFacts } | { readonly event: EventFacts });

interface OrderRow {
  readonly order_id: number;
  readonly member_id: number;
  readonly owner: number;
  readonly day: BusinessDay;
  readonly store_code: string | null;
  readonly channel: string | null;
  readonly currency: string;
  readonly is_valid: boolean;
  readonly first: boolean;
  readonly tier: string | null;
  readonly birth_month: number | null;
  readonly birth_day: number | null;
  readonly lines: readonly (readonly [string, string | null, string | null, string | null, string | null, number])[];
}

/**
 * The tier as of the order's day is that of the last change until then, under any of the member's numbers: an order that
 * arrives late earns what it would have earned in time. Lines come as arrays, because their names would be most of the text.
 */
const ORDERS = `
  with chosen as (
    select o.order_id, o.party_id as owner, o.member_id, o.placed_at, o.business_day as day, o.store_code, o.channel, o.currency, o.is_valid
    from catalogue.orders o where o.member_id = any($1::bigint[]) and o.business_day >= $2::date and o.placed_at <= $3
  ), firsts as (
    select distinct on (member_id) member_id, order_id from catalogue.orders
    where member_id = any($1::bigint[]) and is_valid order by member_id, placed_at, order_id
  ), lines as (
    select l.order_id, json_agg(json_build_array(l.sku, d.category_1, d.category_2, d.category_3, d.brand, l.net_minor - l.refund_minor)
      order by l.line_key) as lines
    from catalogue.order_lines l left join catalogue.products d using (sku)
    where l.order_id = any(array(select order_id from chosen)) group by l.order_id
  )
  select c.*, f.order_id is not null as first, m.birth_month, m.birth_day, coalesce(l.lines, '[]') as lines,
    (select h.tier from catalogue.tier_changes h join catalogue.parties p on p.party_id = h.number
      where p.member_id = c.member_id and h.day <= c.day order by h.day desc, h.history_id desc limit 1) as tier
  from chosen c join catalogue.members m using (member_id) left join firsts f using (order_id) left join lines l using (order_id)
  order by c.placed_at, c.order_id`;

/** Orders of members from a day on that were placed until `until`, oldest first. */
export async function orderCauses(
  tx: Tx,
  member_ids: readonly number[],
  since: BusinessDay,
  until: Date,
): Promise<Cause[]> {
  const rows = await tx.query<OrderRow>(ORDERS, [member_ids, since, until]);
  return rows.map((row) => {
    const { order_id, member_id, owner, day, store_code, channel, currency, is_valid } = row;
    const member = {
      tier: row.tier,
      birth_month: row.birth_month,
      birth_day: row.birth_day,
      first: row.first,
    };
    const lines = row.lines.map(([sku, one, two, three, brand, net_minor]) => ({
      sku,
      categories: [one, two, three].filter((name) => name !== null),
      brand,
      net_minor,
    }));
    const order: OrderFacts = { day, store_code, channel, currency, is_valid, lines, member };
    return { cause: `order:${order_id}`, member_id, owner, day, order };
  });
}

/** What members did from a day on that some rule rewards, oldest first; staff, tests and wholesale apart. */
export async function eventCauses(
  tx: Tx,
  member_ids: readonly number[],
  wanted: { readonly kinds: readonly string[]; readonly since: BusinessDay; readonly until: Date },
): Promise<Cause[]> {
  if (wanted.kinds.length === 0) return [];
  const rows = await tx.query<{
    record_id: string;
    member_id: number;
    owner: number;
    day: BusinessDay;
    kind: string;
    subject: string | null;
  }>(
    `select e.event_id as record_id, e.member_id, e.party_id as owner, e.business_day as day, e.kind, e.subject
     from catalogue.parties p join catalogue.events e using (party_id)
     where p.member_id = any($1::bigint[]) and not p.is_excluded and e.kind = any($2) and e.business_day >= $3::date and e.occurred_at <= $4
     order by e.occurred_at, e.event_id`,
    [member_ids, wanted.kinds, wanted.since, wanted.until],
  );
  return rows.map(({ record_id, kind, subject, ...row }) => ({
    ...row,
    cause: `event:${record_id}`,
    event: { day: row.day, kind, subject },
  }));
}
