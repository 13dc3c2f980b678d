import { type FoundRow, type Opening as AnyOpening, openingStore } from "../../members/index.ts";
import type { Tx } from "../../store/index.ts";
import type { ReadLot } from "./reading.ts";
import type { Stated, Totals } from "./totals.ts";

/** Its lots stand in a bulk, and are given as one. */
export interface Opening extends AnyOpening<Totals, Stated> {
  readonly bulk_id: number;
}

export const openings = openingStore<Opening>("points", ["bulk_id"]);

export async function addLots(tx: Tx, bulk_id: number, lots: readonly FoundRow<ReadLot>[]): Promise<void> {
  await tx.query(
    `insert into points.bulk_member (bulk_id, owner, part, points, last_day, earned_on, state)
     select $1, owner, part, points, last_day, earned_on, 'waiting'
     from unnest($2::bigint[], $3::int[], $4::bigint[], $5::date[], $6::date[]) as l (owner, part, points, last_day, earned_on)`,
    [
      bulk_id,
      lots.map((lot) => lot.owner),
      lots.map((lot) => lot.row),
      lots.map((lot) => lot.item.points),
      lots.map((lot) => lot.item.last_day),
      lots.map((lot) => lot.item.earned_on),
    ],
  );
}

export async function clearLots(tx: Tx, bulk_id: number): Promise<void> {
  await tx.query("delete from points.bulk_member where bulk_id = $1", [bulk_id]);
}

/** What the lots of a bulk come to; the bulk knows it as well. */
export async function sumLots(tx: Tx, bulk_id: number): Promise<Totals> {
  const sums = await tx.one<Omit<Totals, "months">>(
    `select count(distinct owner) as members, count(*) as lots, coalesce(sum(points), 0)::bigint as points
     from points.bulk_member where bulk_id = $1`,
    [bulk_id],
  );
  const months = await tx.query<Totals["months"][number]>(
    `select to_char(last_day, 'YYYY-MM') as month, sum(points)::bigint as points from points.bulk_member
     where bulk_id = $1 group by 1 order by 1 nulls last`,
    [bulk_id],
  );
  const totals = { ...(sums ?? { members: 0, lots: 0, points: 0 }), months };
  await tx.query("update points.bulk set members = $2, points = $3 where bulk_id = $1", [
    bulk_id,
    totals.members,
    totals.points,
  ]);
  return totals;
}

export async function deleteOpening(tx: Tx, { opening_id, bulk_id }: Opening): Promise<void> {
  await openings.remove(tx, opening_id);
  await clearLots(tx, bulk_id);
  await tx.query("delete from points.bulk where bulk_id = $1", [bulk_id]);
}
