import type { Tx } from "../../store/index.ts";

export interface IssuanceRow {
  readonly issuance_id: number;
  readonly batch_id: number;
  readonly kind: "codes" | "members" | "segment";
  readonly segment_id: number | null;
  readonly wanted: number;
  readonly made: number;
  readonly skipped: number;
  readonly reached: number;
  readonly state: "running" | "done" | "cancelled" | "undoing" | "undone";
  readonly reason: string;
  readonly undo_reason: string | null;
  readonly job_id: string | null;
  readonly made_by: number | null;
  readonly made_at: Date;
  readonly ended_at: Date | null;
}
const ISSUANCE = `issuance_id, batch_id, kind, segment_id, wanted, made, skipped, reached, state, reason, undo_reason, job_id, made_by,
  made_at, ended_at`;

export async function insertIssuance(
  tx: Tx,
  one: Pick<IssuanceRow, "batch_id" | "kind" | "segment_id" | "wanted" | "reason" | "made_by" | "made_at"> & {
    readonly key: string | null;
  },
): Promise<number> {
  const row = await tx.one<{ issuance_id: number }>(
    `insert into benefits.issuance (batch_id, kind, key, segment_id, wanted, state, reason, made_by, made_at)
     values ($1, $2, $3, $4, $5, 'running', $6, $7, $8) returning issuance_id`,
    [one.batch_id, one.kind, one.key, one.segment_id, one.wanted, one.reason, one.made_by, one.made_at],
  );
  return row?.issuance_id ?? 0;
}

export async function issuanceById(tx: Tx, issuance_id: number, lock = false): Promise<IssuanceRow | undefined> {
  return tx.one<IssuanceRow>(
    `select ${ISSUANCE} from benefits.issuance where issuance_id = $1 ${lock ? "for update" : ""}`,
    [issuance_id],
  );
}

export async function issuanceByKey(tx: Tx, key: string): Promise<IssuanceRow | undefined> {
  return tx.one<IssuanceRow>(`select ${ISSUANCE} from benefits.issuance where key = $1`, [key]);
}

export async function issuancesOf(tx: Tx, batch_id: number, limit: number): Promise<IssuanceRow[]> {
  return tx.query<IssuanceRow>(
    `select ${ISSUANCE} from benefits.issuance where batch_id = $1 order by issuance_id desc limit $2`,
    [batch_id, limit],
  );
}

export async function setIssuance(
  tx: Tx,
  issuance_id: number,
  change: {
    readonly state: IssuanceRow["state"];
    readonly now: Date | null;
    readonly job_id?: string;
    readonly undo_reason?: string;
  },
): Promise<void> {
  await tx.query(
    `update benefits.issuance set state = $2, ended_at = $3, job_id = coalesce($4, job_id), undo_reason = coalesce($5, undo_reason)
     where issuance_id = $1`,
    [issuance_id, change.state, change.now, change.job_id ?? null, change.undo_reason ?? null],
  );
}

/** Coupons to be written: their places, the hashes of their codes, whom they belong to. */
export interface NewCoupons {
  readonly ordinals: readonly number[];
  readonly hashes: readonly Buffer[];
  readonly owners: readonly (number | null)[];
  readonly first_day: string;
  readonly last_day: string | null;
  readonly now: Date;
}

/** @returns the places that were written: a code that exists already, one in billions, is passed over */
export async function insertIssued(
  tx: Tx,
  batch_id: number,
  issuance_id: number,
  { ordinals, hashes, owners, first_day, last_day, now }: NewCoupons,
): Promise<number> {
  return tx.execute(
    `insert into benefits.issued (batch_id, issuance_id, ordinal, code_hash, owner, state, first_day, last_day, issued_at)
     select $1, $2, n.ordinal, decode(n.hash, 'hex'), n.owner, 'issued', $6, $7, $8
     from unnest($3::int[], $4::text[], $5::bigint[]) as n (ordinal, hash, owner)
     on conflict (code_hash) do nothing`,
    [batch_id, issuance_id, ordinals, hashes.map((hash) => hash.toString("hex")), owners, first_day, last_day, now],
  );
}

export async function placesWritten(tx: Tx, batch_id: number, ordinals: readonly number[]): Promise<Set<number>> {
  const rows = await tx.query<{ ordinal: number }>(
    "select ordinal from benefits.issued where batch_id = $1 and ordinal = any($2)",
    [batch_id, ordinals],
  );
  return new Set(rows.map((row) => row.ordinal));
}

/** Counts what was written, in the transaction that wrote it; the batch's own number is the limit. */
export async function countIssued(
  tx: Tx,
  { batch_id, issuance_id }: Pick<IssuanceRow, "batch_id" | "issuance_id">,
  count: { readonly made: number; readonly ordinal: number; readonly skipped: number; readonly reached: number },
): Promise<void> {
  await tx.query("update benefits.batch set made = made + $2, ordinal = $3 where batch_id = $1", [
    batch_id,
    count.made,
    count.ordinal,
  ]);
  await tx.query(
    "update benefits.issuance set made = made + $2, skipped = skipped + $3, reached = greatest(reached, $4) where issuance_id = $1",
    [issuance_id, count.made, count.skipped, count.reached],
  );
}

/** The next members of a segment, and whether each has a coupon of the batch already. */
export async function nextOfSegment(
  tx: Tx,
  {
    segment_id,
    batch_id,
    after,
    limit,
    stores,
  }: {
    readonly segment_id: number;
    readonly batch_id: number;
    readonly after: number;
    readonly limit: number;
    readonly stores: readonly string[] | null;
  },
): Promise<{ readonly member_id: number; readonly has: boolean }[]> {
  return tx.query(
    `select s.member_id, exists (select 1 from benefits.issued i where i.owner = s.member_id and i.batch_id = $2 and i.state <> 'void') as has
     from catalogue.segment_members s
     where s.segment_id = $1 and s.member_id > $3
       and ($5::text[] is null or exists (select 1 from catalogue.members m where m.member_id = s.member_id and m.home_store_code = any($5)))
     order by s.member_id limit $4`,
    [segment_id, batch_id, after, limit, stores],
  );
}

export async function segmentSize(tx: Tx, segment_id: number, stores: readonly string[] | null): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `select count(*)::int as count from catalogue.segment_members s where s.segment_id = $1
       and ($2::text[] is null or exists (select 1 from catalogue.members m where m.member_id = s.member_id and m.home_store_code = any($2)))`,
    [segment_id, stores],
  );
  return row?.count ?? 0;
}

/** Those of the numbers that are members now, under the number each goes by. */
export async function membersAmong(
  tx: Tx,
  numbers: readonly number[],
  stores: readonly string[] | null,
): Promise<Map<number, number>> {
  const rows = await tx.query<{ party_id: number; member_id: number }>(
    `select p.party_id, p.member_id from catalogue.parties p join catalogue.members m on m.member_id = p.member_id
     where p.party_id = any($1) and ($2::text[] is null or m.home_store_code = any($2))`,
    [numbers, stores],
  );
  return new Map(rows.map((row) => [row.party_id, row.member_id]));
}

export async function holdersAmong(tx: Tx, batch_id: number, members: readonly number[]): Promise<Set<number>> {
  const rows = await tx.query<{ owner: number }>(
    "select distinct owner from benefits.issued where batch_id = $1 and owner = any($2) and state <> 'void'",
    [batch_id, members],
  );
  return new Set(rows.map((row) => row.owner));
}

/** Voids coupons of an issuance that nobody has used. @returns how many */
export async function voidIssued(tx: Tx, batch_id: number, issuance_id: number, limit: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with gone as (
       update benefits.issued set state = 'void' where issued_id in (
         select issued_id from benefits.issued where issuance_id = $2 and state = 'issued' order by issued_id limit $3
       ) returning 1
     ), counted as (select count(*)::int as count from gone)
     update benefits.batch b set voided = b.voided + c.count from counted c where b.batch_id = $1 returning c.count`,
    [batch_id, issuance_id, limit],
  );
  return row?.count ?? 0;
}

export interface IssuanceState {
  readonly state: string;
  readonly coupons: number;
}

export async function statesOfIssuance(tx: Tx, issuance_id: number): Promise<IssuanceState[]> {
  return tx.query<IssuanceState>(
    "select state, count(*)::int as coupons from benefits.issued where issuance_id = $1 group by state order by state",
    [issuance_id],
  );
}

/** Coupons of an issuance that orders have: what an undo cannot take back. */
export interface UsedCoupon {
  readonly issued_id: number;
  readonly owner: number | null;
  readonly redemption_id: number;
  readonly order_reference: string;
  readonly store_code: string | null;
  readonly state: string;
  readonly discount_minor: number;
  readonly made_at: Date;
}

export async function usedOfIssuance(tx: Tx, issuance_id: number, after: number, limit: number): Promise<UsedCoupon[]> {
  return tx.query<UsedCoupon>(
    `select i.issued_id, i.owner, r.redemption_id, r.order_reference, r.store_code, r.state, c.discount_minor - c.returned_minor as discount_minor,
       r.made_at
     from benefits.issued i
     join benefits.redemption_coupon c on c.issued_id = i.issued_id and not c.released
     join benefits.redemption r on r.redemption_id = c.redemption_id
     where i.issuance_id = $1 and i.state in ('held', 'redeemed') and i.issued_id > $2 order by i.issued_id limit $3`,
    [issuance_id, after, limit],
  );
}

/** A batch that holds coupons whose last day is over. */
export async function batchWithExpired(tx: Tx, today: string): Promise<number | undefined> {
  const row = await tx.one<{ batch_id: number }>(
    "select batch_id from benefits.issued where state = 'issued' and last_day < $1 order by last_day limit 1",
    [today],
  );
  return row?.batch_id;
}

/** Expires coupons of a batch whose row is locked. @returns how many */
export async function expireIssued(tx: Tx, batch_id: number, today: string, limit: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with due as (
       select issued_id from benefits.issued where batch_id = $1 and state = 'issued' and last_day < $2 limit $3 for update
     ), gone as (
       update benefits.issued i set state = 'expired' from due where i.issued_id = due.issued_id returning 1
     ), counted as (select count(*)::int as count from gone)
     update benefits.batch b set expired = b.expired + c.count from counted c where b.batch_id = $1 returning c.count`,
    [batch_id, today, limit],
  );
  return row?.count ?? 0;
}
