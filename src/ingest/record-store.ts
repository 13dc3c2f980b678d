import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Tx } from "../store/index.ts";
import { COPY_RECORDS, KNOWN_IDS, STORE_CAREFULLY, STORE_INBOXES, STORE_REJECTS } from "./hot-statements.ts";
import { uuidOf } from "./preparation.ts";
import { encodeIds, encodeRecords } from "./record-copy.ts";
import type { PreparedRecord, Stored, Submission } from "./submission.ts";

interface Placed {
  readonly record: PreparedRecord;
  /** The submission's place in the group. */
  readonly nth: number;
}

/**
 * Stores a group of submissions in the caller's transaction: one inbox row each, records once, rejects with originals.
 * @param careful waits for others that store the same records instead of failing on them
 */
export async function storeSubmissions(
  tx: Tx,
  submissions: readonly Submission[],
  inbox_ids: readonly number[],
  careful: boolean,
): Promise<Stored[]> {
  const placed = oneOfEach(submissions);
  const fresh = careful ? await storeCarefully(tx, placed, inbox_ids) : await storeByCopy(tx, placed, inbox_ids);
  const ordinals = submissions.map(() => new Set<number>());
  for (const { record, nth } of fresh) ordinals[nth]?.add(record.ordinal);
  const accepted = ordinals.map((set) => set.size);
  await tx.query(STORE_INBOXES, inboxColumns(submissions, inbox_ids, accepted));
  await storeRejects(tx, submissions, inbox_ids);
  return submissions.map((_, i) => {
    const own = ordinals[i] ?? new Set<number>();
    return { inbox_id: inbox_ids[i] ?? 0, accepted: own.size, isFresh: (ordinal: number) => own.has(ordinal) };
  });
}

/** Each id once, the first place that has it, in order of ids: two writers then never wait for each other in a circle. */
function oneOfEach(submissions: readonly Submission[]): Placed[] {
  const seen = new Set<string>();
  const placed: Placed[] = [];
  for (const [nth, submission] of submissions.entries()) {
    for (const record of submission.records) {
      if (seen.has(record.id)) continue;
      seen.add(record.id);
      placed.push({ record, nth });
    }
  }
  return placed.sort((a, b) => (a.record.id < b.record.id ? -1 : 1));
}

async function storeByCopy(tx: Tx, placed: readonly Placed[], inbox_ids: readonly number[]): Promise<Placed[]> {
  if (placed.length === 0) return [];
  const known = await existingRecords(
    tx,
    placed.map(({ record }) => record.id),
  );
  const fresh = known.size === 0 ? [...placed] : placed.filter(({ record }) => !known.has(record.id));
  if (fresh.length > 0) {
    const content = encodeRecords(
      fresh.map(({ record }) => record),
      fresh.map(({ nth }) => inbox_ids[nth] ?? 0),
    );
    await copyInto(tx.client, content);
  }
  return fresh;
}

function copyInto(client: pg.PoolClient, content: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = client.query(copyFrom(COPY_RECORDS));
    stream.once("error", reject);
    stream.once("finish", resolve);
    stream.end(content);
  });
}

async function storeCarefully(tx: Tx, placed: readonly Placed[], inbox_ids: readonly number[]): Promise<Placed[]> {
  const rows = await tx.query<{ id: string }>(STORE_CAREFULLY, [
    placed.map(({ record }) => uuidOf(record.id)),
    placed.map(({ nth }) => inbox_ids[nth]),
    placed.map(({ record }) => record.ordinal),
    placed.map(({ record }) => record.kind),
    placed.map(({ record }) => new Date(record.occurred_ms).toISOString()),
    placed.map(({ record }) => record.identities),
    placed.map(({ record }) => record.body),
    placed.map(({ record }) => record.times),
  ]);
  const stored = new Set(rows.map((row) => row.id));
  return placed.filter(({ record }) => stored.has(record.id));
}

function inboxColumns(
  submissions: readonly Submission[],
  inbox_ids: readonly number[],
  accepted: readonly number[],
): unknown[] {
  return [
    inbox_ids.slice(0, submissions.length),
    submissions.map((s) => s.source_id),
    submissions.map((s) => s.protocol),
    submissions.map((s) => s.origin),
    submissions.map((s) => s.spool_id),
    submissions.map((s) => s.received_at.toISOString()),
    accepted,
    submissions.map((s) => s.records.length),
    submissions.map((s) => s.rejects.length),
    submissions.map((s) => s.bytes),
    submissions.map((s) => s.sealed),
    submissions.map((s) => s.sealed_key),
  ];
}

async function storeRejects(tx: Tx, submissions: readonly Submission[], inbox_ids: readonly number[]): Promise<void> {
  const rejects = submissions.flatMap((submission, i) =>
    submission.rejects.map((reject) => ({ reject, submission, inbox_id: inbox_ids[i] })),
  );
  if (rejects.length === 0) return;
  await tx.query(STORE_REJECTS, [
    rejects.map((r) => r.inbox_id),
    rejects.map((r) => r.submission.source_id),
    rejects.map((r) => r.submission.received_at.toISOString()),
    rejects.map((r) => r.reject.place),
    rejects.map((r) => r.reject.kind),
    rejects.map((r) => r.reject.code),
    rejects.map((r) => JSON.stringify(r.reject.params)),
    rejects.map((r) => r.reject.original_sealed),
    rejects.map((r) => r.submission.sealed_key),
    rejects.map((r) => r.reject.content),
  ]);
}

/** Which of the ids (32 hexadecimal digits) are stored already. */
export async function existingRecords(tx: Tx, ids: readonly string[]): Promise<Set<string>> {
  const rows = await tx.query<{ id: string }>(KNOWN_IDS, [encodeIds(ids)]);
  return new Set(rows.map((row) => row.id));
}
