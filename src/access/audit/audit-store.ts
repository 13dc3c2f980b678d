import type pg from "pg";
import type { Tx } from "../../store/index.ts";
import type { Checkpoint, Receipt } from "./checkpoint.ts";
import type { ChainedRow } from "./entry.ts";

const CHAIN_LOCK = 480_821;

export interface Head {
  readonly sequence: number;
  readonly hash: string;
}

/** The newest row, held until the transaction ends: whoever appends next waits here and then sees what was appended. */
export async function lockHead(tx: Tx): Promise<Head | undefined> {
  // two statements in one round trip: the second one's snapshot is taken when the lock is held
  const answers = (await tx.client.query(
    `select pg_advisory_xact_lock(${CHAIN_LOCK});
     select sequence, encode(hash, 'hex') as hash from access.audit order by sequence desc limit 1`,
  )) as unknown as pg.QueryResult[];
  return answers[1]?.rows[0] as Head | undefined;
}

export async function insertRows(tx: Tx, rows: readonly (ChainedRow & { hash: string })[]): Promise<void> {
  // it stands before and behind every act: planning it anew took longer than the rows of a dozen acts
  await tx.client.query({
    name: "access_audit_insert",
    text: `insert into access.audit (sequence, at, phase, person_id, actor, action, method, path, subject, status, succeeded, request_id, ip,
       duration_ms, previous_hash, hash)
     select sequence, timestamptz 'epoch' + at_us * interval '1 microsecond', phase, person_id, actor, action, method, path, subject::json,
       status, succeeded, request_id, ip, duration_ms, decode(previous_hash, 'hex'), decode(hash, 'hex')
     from jsonb_to_recordset($1::jsonb) as r (sequence bigint, at_us bigint, phase text, person_id bigint, actor text, action text,
       method text, path text, subject text, status int, succeeded boolean, request_id text, ip text, duration_ms int,
       previous_hash text, hash text)`,
    values: [JSON.stringify(rows)],
  });
}

/** Columns of a row as they are hashed, and its own hash. */
export const CHAINED =
  "sequence, encode(previous_hash, 'hex') as previous_hash, (extract(epoch from at) * 1000000)::bigint::text as at_us, phase, person_id, actor, action, method, path, subject::text as subject, status, succeeded, request_id, ip, duration_ms, encode(hash, 'hex') as hash";

export interface HeadAt extends Head {
  readonly at: Date;
}

export function newestHead(tx: Tx): Promise<HeadAt | undefined> {
  return tx.one("select sequence, encode(hash, 'hex') as hash, at from access.audit order by sequence desc limit 1");
}

export async function hashAt(tx: Tx, sequence: number): Promise<string | undefined> {
  const row = await tx.one<{ hash: string }>(
    "select encode(hash, 'hex') as hash from access.audit where sequence = $1",
    [sequence],
  );
  return row?.hash;
}

export interface Kept {
  readonly checkpoint: Checkpoint;
  readonly receipt: Receipt | null;
  readonly made_at: Date;
}

export async function keepCheckpoint(
  tx: Tx,
  checkpoint: Checkpoint,
  receipt: Receipt | null,
  made_at: Date,
): Promise<void> {
  await tx.query(
    "insert into access.audit_checkpoint (sequence, checkpoint, receipt, made_at) values ($1, $2, $3, $4)",
    [checkpoint.sequence, JSON.stringify(checkpoint), receipt === null ? null : JSON.stringify(receipt), made_at],
  );
}

export function newestCheckpoint(tx: Tx, which: { witnessed?: true } = {}): Promise<Kept | undefined> {
  return tx.one(
    `select checkpoint, receipt, made_at from access.audit_checkpoint where receipt is not null or not $1
     order by sequence desc, checkpoint_id desc limit 1`,
    [which.witnessed ?? false],
  );
}

/** Checkpoints in the order of the chain, beginning behind one of them. */
export function checkpointsAfter(
  tx: Tx,
  after: { sequence: number; checkpoint_id: number },
  limit: number,
): Promise<(Kept & { sequence: number; checkpoint_id: number })[]> {
  return tx.query(
    `select sequence, checkpoint_id, checkpoint, receipt, made_at from access.audit_checkpoint
     where (sequence, checkpoint_id) > ($1, $2) order by sequence, checkpoint_id limit $3`,
    [after.sequence, after.checkpoint_id, limit],
  );
}
