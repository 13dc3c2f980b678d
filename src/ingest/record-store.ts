import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { NEXT_INBOX_IDS, STORE_GROUP, STORE_REJECTS } from "./hot-statements.ts";
import type { Stored, Submission } from "./submission.ts";

/** Stores a group of submissions in the caller's transaction: one inbox row each, records once, rejects with originals. */
export async function storeSubmissions(tx: Tx, submissions: readonly Submission[]): Promise<Stored[]> {
  const places = await tx.query<{ inbox_id: number }>(NEXT_INBOX_IDS, [submissions.length]);
  const ids = places.map((place) => place.inbox_id);
  const rows = await tx.query<{ inbox_id: number; accepted: number; ordinals: number[] }>(
    STORE_GROUP,
    groupColumns(submissions, ids),
  );
  await storeRejects(tx, submissions, ids);
  const byInbox = new Map(rows.map((row) => [row.inbox_id, row.ordinals]));
  return ids.map((inbox_id) => ({ inbox_id, fresh: new Set(byInbox.get(inbox_id) ?? []) }));
}

function groupColumns(submissions: readonly Submission[], ids: readonly number[]): unknown[] {
  const records = submissions.flatMap((submission, i) =>
    submission.records.map((record) => ({ record, inbox_id: ids[i] })),
  );
  return [
    records.map(({ record }) => record.record_id),
    records.map(({ inbox_id }) => inbox_id),
    records.map(({ record }) => record.ordinal),
    records.map(({ record }) => record.kind),
    records.map(({ record }) => record.occurred_at),
    records.map(({ record }) => record.identities),
    records.map(({ record }) => record.body),
    records.map(({ record }) => record.times),
    ids,
    submissions.map((s) => s.source_id),
    submissions.map((s) => s.protocol),
    submissions.map((s) => s.origin),
    submissions.map((s) => s.spool_id),
    submissions.map((s) => s.received_at.toISOString()),
    submissions.map((s) => s.records.length),
    submissions.map((s) => s.rejects.length),
    submissions.map((s) => s.bytes),
    submissions.map((s) => s.sealed),
    submissions.map((s) => s.sealed_key),
  ];
}

async function storeRejects(tx: Tx, submissions: readonly Submission[], ids: readonly number[]): Promise<void> {
  const rejects = submissions.flatMap((submission, i) =>
    submission.rejects.map((reject) => ({ reject, submission, inbox_id: ids[i] })),
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
    rejects.map((r) => r.reject.original),
    rejects.map((r) => r.submission.sealed_key),
    rejects.map((r) => r.reject.content),
  ]);
}

/** Which of the ids are stored already. */
export async function existingRecords(ground: Ground, record_ids: readonly string[]): Promise<Set<string>> {
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ record_id: string }>("select record_id from ingest.record where record_id = any($1::uuid[])", [
      record_ids,
    ]),
  );
  return new Set(rows.map((row) => row.record_id));
}
