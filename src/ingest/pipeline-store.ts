import { copyOut, CopyReader, type Tx } from "../store/index.ts";
import { LIMITS } from "./limits.ts";
import type { IdentifiedRecord, TokenIdentity } from "./record.ts";
import type { StageReject } from "./stage.ts";

const PIPELINE_LOCK = 480_813;
const INBOXES_MAX = 1_000;

/** What a record takes from the batch that holds it. */
interface InboxOrigin {
  readonly inbox_id: number;
  readonly source_id: number;
  readonly source_key: string;
  readonly undoable: boolean;
  readonly received_at: Date;
}

export interface ClaimedInbox extends InboxOrigin {
  readonly attempts: number;
  readonly sealed: Buffer | null;
  readonly sealed_key: string | null;
  /** Another one with every change of the row. */
  readonly version: string;
}

export type PipelineRecord = IdentifiedRecord & { readonly inbox_id: number };

export interface Claim {
  /** For this round. */
  readonly inboxes: readonly ClaimedInbox[];
  /** What the next round is going to claim unless older ones come. */
  readonly next: readonly ClaimedInbox[];
}

/** One pipeline at a time; the lock ends with the transaction, whatever happens to the process. */
export async function takePipelineLock(tx: Tx): Promise<boolean> {
  const row = await tx.one<{ taken: boolean }>("select pg_try_advisory_xact_lock($1) as taken", [PIPELINE_LOCK]);
  return row?.taken === true;
}

/** The oldest waiting batches, together about `records_max` records and at least one batch, and those behind them. */
export async function claimInboxes(tx: Tx, records_max: number): Promise<Claim> {
  const rows = await tx.query<ClaimedInbox & { later: boolean }>(
    `with oldest as (
       select inbox_id, source_id, received_at, attempts, accepted, sealed, sealed_key, origin, xmin::text as version
       from ingest.inbox where state = 'received' order by inbox_id limit ${INBOXES_MAX} for update skip locked
     ), summed as (select *, sum(accepted) over (order by inbox_id) - accepted as before from oldest)
     select inbox_id, source_id, s.key as source_key, origin is not null as undoable, received_at, attempts, sealed,
       sealed_key, version, before >= $1 as later
     from summed join ingest.source s using (source_id) where before < 2 * $1 order by inbox_id`,
    [records_max],
  );
  return { inboxes: rows.filter((row) => !row.later), next: rows.filter((row) => row.later) };
}

/** The records of batches in the order in which they came. */
export async function loadRecords(tx: Tx, inboxes: readonly InboxOrigin[]): Promise<PipelineRecord[]> {
  if (inboxes.length === 0) return [];
  const origins = new Map(inboxes.map((inbox) => [inbox.inbox_id, inbox]));
  const reader = new CopyReader(await copyOut(tx.client, copyRecordsOf([...origins.keys()])));
  const records: PipelineRecord[] = [];
  while (reader.next()) {
    const inbox_id = reader.int64();
    const { source_id, source_key, undoable, received_at } = origins.get(inbox_id) as InboxOrigin;
    records.push({
      record_id: reader.uuid(),
      inbox_id,
      source_id,
      source_key,
      undoable,
      kind: reader.text(),
      occurred_at: reader.instant(),
      received_at,
      identities: reader.jsonb() as TokenIdentity[],
      body: reader.jsonb() as Record<string, unknown>,
      party_id: null,
    });
  }
  return records;
}

/** COPY takes no parameters. */
function copyRecordsOf(inbox_ids: readonly number[]): string {
  return `copy (select inbox_id, record_id, kind, occurred_at, identities, body from ingest.record
    where inbox_id = any('{${inbox_ids.map(Number).join(",")}}'::bigint[]) order by inbox_id, ordinal)
    to stdout (format binary)`;
}

/** Batches that were applied, for taking their records back. */
export async function inboxOrigins(tx: Tx, inbox_ids: readonly number[]): Promise<InboxOrigin[]> {
  return tx.query<InboxOrigin>(
    `select inbox_id, source_id, s.key as source_key, origin is not null as undoable, received_at
     from ingest.inbox join ingest.source s using (source_id) where inbox_id = any($1::bigint[])`,
    [inbox_ids],
  );
}

/** Marks batches applied; their envelopes go, except where a stage refused a record that may need them again. */
export async function markApplied(
  tx: Tx,
  inbox_ids: readonly number[],
  keep: readonly number[],
  now: Date,
): Promise<void> {
  await tx.query(
    `update ingest.inbox set state = 'applied', applied_at = $3,
       sealed = case when inbox_id = any($2::bigint[]) then sealed end
     where inbox_id = any($1::bigint[])`,
    [inbox_ids, keep, now],
  );
  await tx.query(
    `update ingest.inbox i set rejected = rejected + r.n from
    (select inbox_id, count(*)::int as n from unnest($1::bigint[]) as inbox_id group by inbox_id) r where r.inbox_id = i.inbox_id`,
    [keep],
  );
}

export async function countAttempt(tx: Tx, inbox_ids: readonly number[]): Promise<void> {
  await tx.query("update ingest.inbox set attempts = attempts + 1 where inbox_id = any($1::bigint[])", [inbox_ids]);
}

export interface RejectedRecord extends StageReject {
  readonly record: PipelineRecord;
}

export async function storeStageRejects(tx: Tx, rejects: readonly RejectedRecord[]): Promise<void> {
  if (rejects.length === 0) return;
  await tx.query(
    `insert into ingest.reject (inbox_id, source_id, received_at, place, kind, code, params, record_id)
     select * from unnest($1::bigint[], $2::int[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::jsonb[], $8::uuid[])`,
    [
      rejects.map((r) => r.record.inbox_id),
      rejects.map((r) => r.record.source_id),
      rejects.map((r) => r.record.received_at),
      rejects.map((r) => `record ${r.record_id}`),
      rejects.map((r) => r.record.kind),
      rejects.map((r) => r.code),
      rejects.map((r) => JSON.stringify(r.params)),
      rejects.map((r) => r.record_id),
    ],
  );
}

export async function notifyApplied(tx: Tx, notice: unknown): Promise<void> {
  await tx.query("select pg_notify('ingest_applied', $1)", [JSON.stringify(notice).slice(0, 7_900)]);
}

export async function waitingInboxes(tx: Tx): Promise<number> {
  const row = await tx.one<{ waiting: number }>(
    "select count(*)::int as waiting from ingest.inbox where state = 'received'",
  );
  return row?.waiting ?? 0;
}

/** Whether something that was received before an instant has not been applied yet. */
export async function isWaitingFrom(tx: Tx, before: Date): Promise<boolean> {
  const rows = await tx.query("select 1 from ingest.inbox where state = 'received' and received_at < $1 limit 1", [
    before,
  ]);
  return rows.length > 0;
}

export const ROUND_RECORDS = LIMITS.pipeline_records_max;
