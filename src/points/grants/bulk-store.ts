import type { BusinessDay } from "../../platform/index.ts";
import type { Tx } from "../../store/index.ts";

/** `draft`: who gets what stands there, and nobody has said yet that it is given. */
export type BulkState = "draft" | "running" | "done" | "undoing" | "undone" | "cancelled";
/** `opening`: what members bring from the system before, several lots each. */
export type BulkKind = "grant" | "opening";
export type UndoMode = "leave" | "debt";

export interface Bulk {
  readonly bulk_id: number;
  readonly kind: BulkKind;
  readonly key: string;
  readonly name: string;
  readonly budget: string | null;
  readonly segment_id: number | null;
  readonly reason: string;
  readonly members: number;
  readonly points: number;
  readonly state: BulkState;
  readonly undo: UndoMode | null;
  readonly job_id: string | null;
  readonly made_at: Date;
  readonly finished_at: Date | null;
}

/** A bulk with how far it has come. */
export interface BulkView extends Bulk {
  readonly waiting: number;
  readonly given: number;
  readonly refused: number;
  readonly undone: number;
  readonly taken: number;
  readonly spent: number;
}

export interface BulkMember {
  readonly owner: number;
  /** Which of the owner's lots; 0 where there is one. */
  readonly part: number;
  readonly points: number;
  readonly last_day: BusinessDay | null;
}

const BULK = `bulk_id, kind, key, name, budget, segment_id, reason, members, points, state, undo, job_id, made_at, finished_at`;

export async function bulkById(tx: Tx, bulk_id: number, lock = false): Promise<Bulk | undefined> {
  return tx.one<Bulk>(`select ${BULK} from points.bulk where bulk_id = $1 ${lock ? "for update" : ""}`, [bulk_id]);
}

export async function bulkByKey(tx: Tx, key: string): Promise<Bulk | undefined> {
  return tx.one<Bulk>(`select ${BULK} from points.bulk where key = $1`, [key]);
}

/** Grants to many, newest first; or one bulk of either kind. */
export async function bulkViews(tx: Tx, limit: number, bulk_id: number | null = null): Promise<BulkView[]> {
  return tx.query<BulkView>(
    `select ${BULK}, m.* from (select * from points.bulk where case when $2::bigint is null then kind = 'grant' else bulk_id = $2 end
       order by bulk_id desc limit $1) b
     cross join lateral (
       select count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'given') as given,
         count(*) filter (where state = 'refused') as refused, count(*) filter (where state = 'undone') as undone,
         coalesce(sum(taken), 0)::bigint as taken, coalesce(sum(spent), 0)::bigint as spent
       from points.bulk_member m where m.bulk_id = b.bulk_id) m
     order by bulk_id desc`,
    [limit, bulk_id],
  );
}

export interface NewBulk {
  readonly key: string;
  readonly name: string;
  readonly budget: string | null;
  readonly segment_id: number | null;
  readonly reason: string;
  readonly person_id: number | null;
  readonly now: Date;
}

export async function insertBulk(tx: Tx, bulk: NewBulk, kind: BulkKind = "grant"): Promise<number> {
  const row = await tx.one<{ bulk_id: number }>(
    `insert into points.bulk (kind, key, name, budget, segment_id, reason, members, points, state, person_id, made_at)
     values ($1, $2, $3, $4, $5, $6, 0, 0, $7, $8, $9) returning bulk_id`,
    [
      kind,
      bulk.key,
      bulk.name,
      bulk.budget,
      bulk.segment_id,
      bulk.reason,
      kind === "opening" ? "draft" : "running",
      bulk.person_id,
      bulk.now,
    ],
  );
  return row?.bulk_id ?? 0;
}

/** Members by their numbers, or those of a segment. */
export type Audience = { readonly member_ids: readonly number[] } | { readonly segment_id: number };

/** The members of an audience, each once, whose value stands at `place`. */
const audienceFrom = (audience: Audience, place: string) =>
  "segment_id" in audience
    ? `select member_id from catalogue.segment_members where segment_id = ${place}`
    : `select distinct p.member_id from unnest(${place}::bigint[]) id join catalogue.parties p on p.party_id = id where p.member_id is not null`;
const audienceValue = (audience: Audience) => ("segment_id" in audience ? audience.segment_id : audience.member_ids);

/** How many members are meant, and how many of them are of stores that the person may reach. @param stores null: all */
export async function countAudience(
  tx: Tx,
  audience: Audience,
  stores: readonly string[] | null,
): Promise<{ readonly meant: number; readonly members: number }> {
  const row = await tx.one<{ meant: number; members: number }>(
    `select count(*) as meant, count(*) filter (where $2::text[] is null or m.home_store_code = any($2)) as members
     from (${audienceFrom(audience, "$1")}) w join catalogue.members m using (member_id)`,
    [audienceValue(audience), stores],
  );
  return row ?? { meant: 0, members: 0 };
}

/** Whom a bulk is for: a member once, under the number it has. @param stores home stores that the person may reach; null: all */
export async function addMembers(
  tx: Tx,
  bulk_id: number,
  audience: Audience,
  { points, last_day, stores }: { points: number; last_day: BusinessDay | null; stores: readonly string[] | null },
): Promise<number> {
  const added = await tx.execute(
    `insert into points.bulk_member (bulk_id, owner, points, last_day, state)
     select $1, m.member_id, $3, $4, 'waiting' from (${audienceFrom(audience, "$2")}) w join catalogue.members m using (member_id)
     where ($5::text[] is null or m.home_store_code = any($5))`,
    [bulk_id, audienceValue(audience), points, last_day, stores],
  );
  await tx.query("update points.bulk set members = $2, points = $3 where bulk_id = $1", [
    bulk_id,
    added,
    added * points,
  ]);
  return added;
}

export async function setBulk(
  tx: Tx,
  bulk_id: number,
  change: {
    readonly state: BulkState;
    readonly undo?: UndoMode;
    readonly job_id?: string;
    readonly finished_at?: Date;
  },
): Promise<void> {
  await tx.query(
    `update points.bulk set state = $2, undo = coalesce($3, undo), job_id = coalesce($4, job_id), finished_at = $5 where bulk_id = $1`,
    [bulk_id, change.state, change.undo ?? null, change.job_id ?? null, change.finished_at ?? null],
  );
}

/** Stops a bulk that is under way; one that is done stays done. */
export async function cancelBulk(tx: Tx, bulk_id: number, now: Date): Promise<void> {
  await tx.query(
    "update points.bulk set state = 'cancelled', finished_at = $2 where bulk_id = $1 and state in ('running', 'undoing')",
    [bulk_id, now],
  );
}

export async function membersInState(
  tx: Tx,
  bulk_id: number,
  state: "waiting" | "given",
  limit: number,
): Promise<BulkMember[]> {
  return tx.query<BulkMember>(
    "select owner, part, points, last_day from points.bulk_member where bulk_id = $1 and state = $2 order by owner, part limit $3",
    [bulk_id, state, limit],
  );
}

/** What became of members of a bulk. */
export interface BulkOutcome {
  readonly owner: number;
  readonly part: number;
  readonly state: "given" | "refused" | "undone";
  readonly refused: string | null;
  readonly taken: number;
  readonly spent: number;
}

export async function writeOutcomes(tx: Tx, bulk_id: number, rows: readonly BulkOutcome[]): Promise<void> {
  await tx.query(
    `update points.bulk_member m set state = r.state, refused = r.refused, taken = r.taken, spent = r.spent
     from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::int[]) as r (owner, state, refused, taken, spent, part)
     where m.bulk_id = $1 and m.owner = r.owner and m.part = r.part`,
    [
      bulk_id,
      rows.map((row) => row.owner),
      rows.map((row) => row.state),
      rows.map((row) => row.refused),
      rows.map((row) => row.taken),
      rows.map((row) => row.spent),
      rows.map((row) => row.part),
    ],
  );
}

/** Points that nobody has used yet, by the reference under which they were given. */
export async function unusedOf(
  tx: Tx,
  references: readonly string[],
): Promise<Map<string, { unused: number; taken: number }>> {
  const rows = await tx.query<{ reference: string; unused: number; taken: number }>(
    `select reference, sum(pending + active)::bigint as unused, sum(returned)::bigint as taken from points.lot
     where reference = any($1) and origin_lot_id is null group by reference`,
    [references],
  );
  return new Map(rows.map(({ reference, unused, taken }) => [reference, { unused, taken }]));
}

/** A member of a bulk for whom something is not as asked. */
export interface BulkException extends Omit<BulkOutcome, "part"> {
  readonly points: number;
}

/** Members of a bulk for whom something is not as asked: refused, or spent before it was undone; all of a member's lots together. */
export async function exceptions(
  tx: Tx,
  bulk_id: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly BulkException[]> {
  return tx.query(
    `select owner, sum(points)::bigint as points, max(state) as state, max(refused) as refused, sum(taken)::bigint as taken,
       sum(spent)::bigint as spent
     from points.bulk_member
     where bulk_id = $1 and owner > $2 and (state = 'refused' or refused is not null or spent > 0) group by owner order by owner limit $3`,
    [bulk_id, after, limit],
  );
}

/** How many lots a bulk is of: what its progress counts. */
export async function bulkSize(tx: Tx, bulk_id: number): Promise<number> {
  const row = await tx.one<{ lots: number }>("select count(*) as lots from points.bulk_member where bulk_id = $1", [
    bulk_id,
  ]);
  return row?.lots ?? 0;
}
