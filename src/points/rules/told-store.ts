import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

/** An order that the till tells before its record has come. */
export interface ToldOrder {
  readonly order_no: string;
  readonly store_code: string;
  readonly channel: string;
  readonly currency: string;
  readonly owner: number;
  readonly day: BusinessDay;
  readonly lines: readonly {
    readonly line_key: string;
    readonly sku: string;
    readonly categories: readonly string[];
    readonly net_minor: number;
  }[];
}

/** @returns its number; undefined where the till has told it before, or its record is there */
export async function insertTold(tx: Tx, order: ToldOrder, now: Date): Promise<number | undefined> {
  const { order_no, store_code, channel, currency, owner, day, lines } = order;
  const row = await tx.one<{ told_id: number }>(
    `insert into points.told_order (order_no, store_code, channel, currency, owner, told_at, day, lines)
     select $1, $2, $3, $4, $5, $6, $7, $8
     where not exists (select 1 from catalogue.orders o where o.order_no = $1 and o.store_code = $2)
     on conflict (order_no, store_code) do nothing returning told_id`,
    [order_no, store_code, channel, currency, owner, now, day, JSON.stringify(lines)],
  );
  return row?.told_id;
}

/** So much of lines has been given back in all. */
export async function tellRefunds(
  tx: Tx,
  { order_no, store_code }: Pick<ToldOrder, "order_no" | "store_code">,
  lines: readonly { readonly line_key: string; readonly refund_minor: number }[],
): Promise<void> {
  await tx.query(
    `insert into points.told_refund as t (order_no, store_code, line_key, refund_minor)
     select $1, $2, line_key, refund_minor from json_to_recordset($3) as l (line_key text, refund_minor bigint)
     on conflict (order_no, store_code, line_key) do update set refund_minor = greatest(t.refund_minor, excluded.refund_minor)`,
    [order_no, store_code, JSON.stringify(lines)],
  );
}

/** An order that was told and whose record has not come. */
export interface ToldRow {
  readonly told_id: number;
  readonly member_id: number;
  readonly owner: number;
  readonly day: BusinessDay;
  readonly store_code: string;
  readonly channel: string;
  readonly currency: string;
  readonly is_valid: boolean;
  readonly first: boolean;
  readonly birth_month: number | null;
  readonly birth_day: number | null;
  readonly lines: readonly (ToldOrder["lines"][number] & { readonly brand: string | null })[];
}

/** What was told for these numbers from a day on, oldest first, without what has been given back of it. */
export async function toldOf(tx: Tx, numbers: readonly number[], since: BusinessDay): Promise<ToldRow[]> {
  return tx.query<ToldRow>(
    `select t.told_id, p.member_id, t.owner, t.day, t.store_code, t.channel, t.currency, not p.is_excluded and l.net > 0 as is_valid,
       not exists (select 1 from catalogue.orders o where o.party_id = any($1::bigint[]) and o.is_valid and o.placed_at <= t.told_at) as first,
       m.birth_month, m.birth_day, l.lines
     from points.told_order t join catalogue.parties p on p.party_id = t.owner join catalogue.members m on m.member_id = p.member_id
     cross join lateral (
       select sum((x ->> 'net_minor')::bigint) as net, json_agg(json_build_object('line_key', x ->> 'line_key', 'sku', x ->> 'sku',
         'categories', x -> 'categories', 'brand', d.brand, 'net_minor', (x ->> 'net_minor')::bigint - coalesce(r.refund_minor, 0)) order by n) as lines
       from jsonb_array_elements(t.lines) with ordinality as e (x, n)
       left join catalogue.products d on d.sku = x ->> 'sku'
       left join points.told_refund r on r.order_no = t.order_no and r.store_code = t.store_code and r.line_key = x ->> 'line_key') l
     where t.owner = any($1::bigint[]) and t.day >= $2::date
       -- a record that names nobody leaves the points to whom the till named, unless somebody has brought its receipt
       and not exists (select 1 from catalogue.orders o left join points.claim c using (order_id)
         where o.order_no = t.order_no and o.store_code = t.store_code and (o.party_id is not null or c.order_id is not null))
     order by t.told_at, t.told_id`,
    [numbers, since],
  );
}

/** What an order has earned so far, by its record or as it was told. */
export async function earnedOf(
  tx: Tx,
  { order_no, store_code }: Pick<ToldOrder, "order_no" | "store_code">,
): Promise<number> {
  const row = await tx.one<{ points: number }>(
    `select coalesce(sum(points), 0)::bigint as points from points.earning where cause in (
       select 'order:' || order_id from catalogue.orders where order_no = $1 and store_code = $2
       union all select 'told:' || told_id from points.told_order where order_no = $1 and store_code = $2)`,
    [order_no, store_code],
  );
  return row?.points ?? 0;
}

/** Points that were spent for a reference, and how many of them have come back. */
export async function spentFor(
  tx: Tx,
  reference: string,
): Promise<{ readonly spent: number; readonly returned: number }> {
  const row = await tx.one<{ spent: number; returned: number }>(
    `select coalesce(sum(points) filter (where to_kind = 'burned'), 0)::bigint as spent,
       coalesce(sum(points) filter (where from_kind = 'burned'), 0)::bigint as returned
     from points.transfer where reference = $1`,
    [reference],
  );
  return row ?? { spent: 0, returned: 0 };
}
