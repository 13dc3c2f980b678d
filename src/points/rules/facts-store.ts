import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { EventFacts, OrderFacts } from "./earning.ts";
import { toldOf } from "./told-store.ts";

/** An order or event of a member that may earn. */
export type Cause = {
  /** 'order:<order_id>', 'told:<told_id>' or 'event:<record_id>'. */
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
  readonly birth_month: number | null;
  readonly birth_day: number | null;
  readonly lines: readonly (readonly [string, string | null, string | null, string | null, string | null, number])[];
}

/**
 * By the members' numbers and not by the members: a join to find the numbers reads all orders where the planner knows
 * nothing of them yet (a fresh world: 7.7 s against 1 s for 800 members). Lines come as arrays, because their names
 * would be most of the text.
 */
const ORDERS = `
  with bought as materialized (
    select order_id, order_no, party_id as owner, member_id, placed_at, business_day as day, store_code, channel, currency, is_valid
    from catalogue.orders where party_id = any($1::bigint[])
    union all
    -- receipts that somebody brought: an order without a member, whose points have an owner all the same
    select o.order_id, o.order_no, c.owner, p.member_id, o.placed_at, o.business_day, o.store_code, o.channel, o.currency,
      o.is_valid and not p.is_excluded
    from points.claim c join catalogue.parties p on p.party_id = c.owner join catalogue.orders o on o.order_id = c.order_id
    where c.owner = any($1::bigint[]) and o.party_id is null
  ), firsts as (
    select distinct on (member_id) order_id from bought where is_valid order by member_id, placed_at, order_id
  ), chosen as materialized (
    select b.*, f.order_id is not null as first from bought b left join firsts f using (order_id)
    where b.day >= $2::date and b.placed_at <= $3
  ), told as materialized (
    -- a till has told some returns before their records come
    select c.order_id, t.line_key, t.refund_minor from points.told_refund t
    join chosen c on c.order_no = t.order_no and c.store_code = t.store_code
  ), lines as (
    select l.order_id, json_agg(json_build_array(l.sku, l.category_1, l.category_2, l.category_3, l.brand,
        l.net_minor - greatest(l.refund_minor, coalesce(t.refund_minor, 0))) order by l.line_key) as lines
    from catalogue.order_lines l left join told t on t.order_id = l.order_id and t.line_key = l.line_key
    where l.order_id = any(array(select order_id from chosen)) group by l.order_id
  )
  select c.order_id, c.owner, c.member_id, c.day, c.store_code, c.channel, c.currency, c.is_valid, c.first,
    m.birth_month, m.birth_day, coalesce(l.lines, '[]') as lines
  from chosen c join catalogue.members m using (member_id) left join lines l using (order_id)
  order by c.placed_at, c.order_id`;

/**
 * Which tier members had on which day: that of the last change until then, so that an order that arrives late earns what
 * it would have earned in time. The number that the member goes by has the standing; what a joined number was placed at
 * counts for days before it had any.
 */
async function tiersOf(
  tx: Tx,
  numbers: readonly number[],
): Promise<(member_id: number, day: BusinessDay) => string | null> {
  const rows = await tx.query<{ member_id: number; number: number; tier: string; day: BusinessDay }>(
    `select p.member_id, h.number, h.tier, h.day from catalogue.tier_changes h join catalogue.parties p on p.party_id = h.number
     where h.number = any($1::bigint[]) order by h.day desc, h.history_id desc`,
    [numbers],
  );
  const changes = Map.groupBy(rows, (row) => row.member_id);
  return (member_id, day) => {
    const until = (changes.get(member_id) ?? []).filter((row) => row.day <= day);
    return (until.find((row) => row.number === member_id) ?? until[0])?.tier ?? null;
  };
}

/** Orders of members from a day on that were placed until `until`, oldest first. @param numbers all numbers of the members */
export async function orderCauses(
  tx: Tx,
  numbers: readonly number[],
  since: BusinessDay,
  until: Date,
): Promise<Cause[]> {
  const tierOn = await tiersOf(tx, numbers);
  const rows = await tx.query<OrderRow>(ORDERS, [numbers, since, until]);
  const told = (await toldOf(tx, numbers, since)).map((row): Cause => {
    const { told_id, member_id, owner, day, birth_month, birth_day, first, lines, ...facts } = row;
    const member = { tier: tierOn(member_id, day), birth_month, birth_day, first };
    return { cause: `told:${told_id}`, member_id, owner, day, order: { ...facts, day, lines, member } };
  });
  const recorded = rows.map((row): Cause => {
    const { order_id, member_id, owner, day, store_code, channel, currency, is_valid, first } = row;
    const { birth_month, birth_day } = row;
    const member = { tier: tierOn(member_id, day), birth_month, birth_day, first };
    const lines = row.lines.map(([sku, one, two, three, brand, net_minor]) => ({
      sku,
      categories: [one, two, three].filter((name) => name !== null),
      brand,
      net_minor,
    }));
    const order: OrderFacts = { day, store_code, channel, currency, is_valid, lines, member };
    return { cause: `order:${order_id}`, member_id, owner, day, order };
  });
  return [...recorded, ...told];
}

/** What members did from a day on that some rule rewards, oldest first; staff, tests and wholesale apart. */
export async function eventCauses(
  tx: Tx,
  numbers: readonly number[],
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
     from catalogue.events e join catalogue.parties p using (party_id)
     where e.party_id = any($1::bigint[]) and e.member_id is not null and not p.is_excluded and e.kind = any($2) and e.business_day >= $3::date and e.occurred_at <= $4
     order by e.occurred_at, e.event_id`,
    [numbers, wanted.kinds, wanted.since, wanted.until],
  );
  return rows.map(({ record_id, kind, subject, ...row }) => ({
    ...row,
    cause: `event:${record_id}`,
    event: { day: row.day, kind, subject },
  }));
}
