import { type Params, problem } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";
import type { Reading, ReadLot } from "./reading.ts";
import type { Stated, Totals } from "./totals.ts";

export type OpeningState = "new" | "checked" | "posted" | "undone";

export interface Opening {
  readonly opening_id: number;
  readonly import_id: number;
  readonly file_name: string;
  readonly file_hash: Buffer;
  readonly reading: Reading;
  readonly state: OpeningState;
  readonly bulk_id: number;
  readonly job_id: string | null;
  readonly rows: number;
  readonly totals: Totals | null;
  readonly stated: Stated | null;
  readonly checked_at: Date | null;
  readonly signed_at: Date | null;
  /** Rows that bring nothing in. */
  readonly wrong: number;
}

const COLUMNS = `opening_id, import_id, file_name, file_hash, reading, state, bulk_id, job_id, rows, totals, stated, checked_at, signed_at,
  (select count(*) from points.opening_problem p where p.opening_id = o.opening_id) as wrong`;

/** @throws points.opening_unknown */
export async function openingById(tx: Tx, opening_id: number, lock = false): Promise<Opening> {
  const row = await tx.one<Opening>(
    `select ${COLUMNS} from points.opening o where opening_id = $1 ${lock ? "for update" : ""}`,
    [opening_id],
  );
  if (row === undefined) throw problem("points.opening_unknown", { opening_id });
  return row;
}

export async function listOpenings(tx: Tx, limit: number): Promise<Opening[]> {
  return tx.query<Opening>(`select ${COLUMNS} from points.opening o order by opening_id desc limit $1`, [limit]);
}

export async function insertOpening(
  tx: Tx,
  opening: Pick<Opening, "import_id" | "file_name" | "file_hash" | "reading" | "bulk_id">,
): Promise<number> {
  const row = await tx.one<{ opening_id: number }>(
    `insert into points.opening (import_id, file_name, file_hash, reading, state, bulk_id)
     values ($1, $2, $3, $4, 'new', $5) returning opening_id`,
    [opening.import_id, opening.file_name, opening.file_hash, JSON.stringify(opening.reading), opening.bulk_id],
  );
  return row?.opening_id ?? 0;
}

/** Takes away what an earlier reading of the file left. */
export async function clearReading(tx: Tx, { opening_id, bulk_id }: Opening): Promise<void> {
  await tx.query("delete from points.bulk_member where bulk_id = $1", [bulk_id]);
  await tx.query("delete from points.opening_problem where opening_id = $1", [opening_id]);
  await tx.query(
    "update points.opening set state = 'new', rows = 0, totals = null, checked_at = null where opening_id = $1",
    [opening_id],
  );
}

/** A lot of a member, with its row in the file. */
export interface OpeningLot extends Omit<ReadLot, "member" | "lot_no"> {
  readonly row: number;
  readonly owner: number;
}

export async function addLots(tx: Tx, bulk_id: number, lots: readonly OpeningLot[]): Promise<void> {
  await tx.query(
    `insert into points.bulk_member (bulk_id, owner, part, points, last_day, earned_on, state)
     select $1, owner, part, points, last_day, earned_on, 'waiting'
     from unnest($2::bigint[], $3::int[], $4::bigint[], $5::date[], $6::date[]) as l (owner, part, points, last_day, earned_on)`,
    [
      bulk_id,
      lots.map((lot) => lot.owner),
      lots.map((lot) => lot.row),
      lots.map((lot) => lot.points),
      lots.map((lot) => lot.last_day),
      lots.map((lot) => lot.earned_on),
    ],
  );
}

/** Why a row brings nothing in. */
export interface RowProblem {
  readonly row: number;
  readonly code: string;
  readonly params: Params;
  readonly member_masked: string | null;
}

export async function addProblems(tx: Tx, opening_id: number, problems: readonly RowProblem[]): Promise<void> {
  await tx.query(
    `insert into points.opening_problem (opening_id, row, code, params, member_masked)
     select $1, * from unnest($2::bigint[], $3::text[], $4::jsonb[], $5::text[])`,
    [
      opening_id,
      problems.map((one) => one.row),
      problems.map((one) => one.code),
      problems.map((one) => JSON.stringify(one.params)),
      problems.map((one) => one.member_masked),
    ],
  );
}

/** @param after the row after which the page begins; null: the first page */
export async function problemsOf(
  tx: Tx,
  opening_id: number,
  { after, limit }: { readonly after: number | null; readonly limit: number },
): Promise<RowProblem[]> {
  return tx.query<RowProblem>(
    `select row, code, params, member_masked from points.opening_problem
     where opening_id = $1 and ($2::bigint is null or row > $2) order by row limit $3`,
    [opening_id, after, limit],
  );
}

/** How many rows each reason keeps out, with the first of them as an example. */
export async function problemCounts(
  tx: Tx,
  opening_id: number,
): Promise<{ readonly code: string; readonly rows: number; readonly params: Params }[]> {
  return tx.query(
    `select code, count(*) as rows, (array_agg(params order by row))[1] as params from points.opening_problem
     where opening_id = $1 group by code order by rows desc, code`,
    [opening_id],
  );
}

async function totalsOf(tx: Tx, bulk_id: number): Promise<Totals> {
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
  return { ...(sums ?? { members: 0, lots: 0, points: 0 }), months };
}

/** The file is read to its end: from here on it can be signed. */
export async function keepTotals(tx: Tx, { opening_id, bulk_id }: Opening, rows: number, now: Date): Promise<Totals> {
  const totals = await totalsOf(tx, bulk_id);
  await tx.query(
    "update points.opening set state = 'checked', rows = $2, totals = $3, checked_at = $4 where opening_id = $1",
    [opening_id, rows, JSON.stringify(totals), now],
  );
  await tx.query("update points.bulk set members = $2, points = $3 where bulk_id = $1", [
    bulk_id,
    totals.members,
    totals.points,
  ]);
  return totals;
}

export async function setOpening(
  tx: Tx,
  opening_id: number,
  change: {
    readonly state?: OpeningState;
    readonly stated?: Stated;
    readonly job_id?: string;
    readonly signed_at?: Date;
  },
): Promise<void> {
  await tx.query(
    `update points.opening set state = coalesce($2, state), stated = coalesce($3, stated), job_id = coalesce($4, job_id),
       signed_at = coalesce($5, signed_at) where opening_id = $1`,
    [
      opening_id,
      change.state ?? null,
      change.stated === undefined ? null : JSON.stringify(change.stated),
      change.job_id ?? null,
      change.signed_at ?? null,
    ],
  );
}

/** Whether a file of this content has become points and was not taken back. */
export async function isPosted(tx: Tx, file_hash: Buffer): Promise<boolean> {
  const row = await tx.one("select 1 from points.opening where file_hash = $1 and state = 'posted'", [file_hash]);
  return row !== undefined;
}

export async function deleteOpening(tx: Tx, { opening_id, bulk_id }: Opening): Promise<void> {
  await tx.query("delete from points.opening where opening_id = $1", [opening_id]);
  await tx.query("delete from points.bulk_member where bulk_id = $1", [bulk_id]);
  await tx.query("delete from points.bulk where bulk_id = $1", [bulk_id]);
}
