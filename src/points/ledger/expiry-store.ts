import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Head } from "./read-store.ts";

/**
 * The next lots whose last day is over expire, as one batch of the chain. What expires depends on nothing but the lot
 * itself, so that no plan has to see it: 5,000 lots read into the program, moved there and written back took 410 ms, this
 * takes a third of that. The hash is the database's own (points.line), which every verification compares with the program's.
 */
const EXPIRE = `
with due as materialized (
  select lot_id, owner, active, last_day, row_number() over (order by last_day, lot_id) as place from (
    select lot_id, owner, active, last_day from points.lot where open and active > 0 and last_day < $1::date
    order by last_day, lot_id limit $2
  ) soonest
), emptied as (
  update points.lot l set active = 0, expired = l.expired + d.active from due d where l.lot_id = d.lot_id
), written as (
  insert into points.transfer as t (transfer_id, batch_id, from_kind, from_id, from_lot, to_kind, to_id, to_lot, points, reference, at)
  select $3::bigint + d.place, $4::bigint, 'active', d.owner, d.lot_id, 'expired', a.account_id, d.lot_id, d.active,
    'expired:' || d.last_day, $5::timestamptz
  from due d cross join (select account_id from points.account where kind = 'expired') a
  returning t.transfer_id, t.points, points.line(t) as line
), whole as (
  select count(*)::int as transfers, coalesce(sum(points), 0)::bigint as points,
    sha256($6::bytea || convert_to(string_agg(line, E'\\n' order by transfer_id), 'UTF8')) as hash
  from written
), grown as (
  update points.account set balance = balance + (select points from whole) where kind = 'expired'
), linked as (
  insert into points.batch (batch_id, first_transfer_id, transfers, at, previous_hash, hash)
  select $4::bigint, $3::bigint + 1, transfers, $5, $6, hash from whole where transfers > 0
), headed as (
  update points.head set batch_id = $4::bigint, transfer_id = $3::bigint + w.transfers, hash = w.hash
  from whole w where singleton and w.transfers > 0
)
select transfers from whole`;

/** @param head locked @returns how many lots expired, at most `limit` */
export async function expireLots(
  tx: Tx,
  head: Head,
  { day, limit, at }: { readonly day: BusinessDay; readonly limit: number; readonly at: Date },
): Promise<number> {
  const values = [day, limit, head.transfer_id, head.batch_id + 1, at, head.hash];
  return (await tx.one<{ transfers: number }>(EXPIRE, values))?.transfers ?? 0;
}
