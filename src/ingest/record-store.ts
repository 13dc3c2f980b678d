import { copyInto, SYSTEM_SCOPE, type Store, type Tx } from "../store/index.ts";
import {
  ARRIVING,
  COPY_ARRIVING,
  COPY_RECORDS,
  KNOWN_IDS,
  STORE_CAREFULLY,
  STORE_INBOXES,
  STORE_REJECTS,
} from "./hot-statements.ts";
import { copyContent, encodeIds, type EncodedRow, rowAt } from "./record-copy.ts";
import type { Stored, Submission } from "./submission.ts";

interface Placed extends EncodedRow {
  /** The submission's place in the group. */
  readonly submission: number;
  /** The record's place in the submission. */
  readonly nth: number;
}

/** How a group finds out which of its records are stored already. */
type Way = "hopeful" | "looking" | "careful";

/**
 * Groups for which the look-up is made after one met a stored record: what is sent again comes in a row. The look-up
 * takes 4 of PostgreSQL's 31 µs for an event and a round trip of the group; nine of ten groups are new as a whole.
 */
const LOOKING_GROUPS = 64;
const looking = new WeakMap<Store, number>();

/**
 * Stores a group of submissions in one transaction: one inbox row each, records once, rejects with originals. What the
 * unique key refuses rolls the transaction back, and it is done again in the next more cautious way.
 * @param inbox_ids the places in the inbox, one for each submission
 * @param within runs before the commit
 */
export async function storeGroup(
  store: Store,
  submissions: readonly Submission[],
  inbox_ids: readonly number[],
  within?: (tx: Tx, stored: readonly Stored[]) => Promise<void>,
): Promise<Stored[]> {
  const write = (way: Way) =>
    store.write(SYSTEM_SCOPE, async (tx) => {
      const stored = await storeSubmissions(tx, submissions, inbox_ids, way);
      await within?.(tx, stored);
      return stored;
    });
  const left = looking.get(store) ?? 0;
  const ways: readonly Way[] = left > 0 ? ["looking", "careful"] : ["hopeful", "looking", "careful"];
  looking.set(store, Math.max(0, left - 1));
  for (const way of ways) {
    try {
      return await write(way);
    } catch (error) {
      // careful never meets it
      if ((error as { constraint?: string }).constraint !== "record_pkey") throw error;
      looking.set(store, LOOKING_GROUPS);
    }
  }
  throw new Error("a record was refused as known three times");
}

async function storeSubmissions(
  tx: Tx,
  submissions: readonly Submission[],
  inbox_ids: readonly number[],
  way: Way,
): Promise<Stored[]> {
  const placed = oneOfEach(submissions);
  const stored = await storeRecords(tx, placed, inbox_ids, way);
  const fresh = submissions.map(({ records }) => new Uint8Array(records.count));
  const accepted = submissions.map(() => 0);
  for (const { submission, nth } of stored) {
    (fresh[submission] as Uint8Array)[nth] = 1;
    accepted[submission] = (accepted[submission] ?? 0) + 1;
  }
  await tx.query(STORE_INBOXES, inboxColumns(submissions, inbox_ids, accepted));
  await storeRejects(tx, submissions, inbox_ids);
  return submissions.map((_, i) => ({
    inbox_id: inbox_ids[i] ?? 0,
    accepted: accepted[i] ?? 0,
    fresh: fresh[i] ?? new Uint8Array(),
  }));
}

/** Each id once, the first place that has it, in order of ids: two writers then never wait for each other in a circle. */
function oneOfEach(submissions: readonly Submission[]): Placed[] {
  const seen = new Set<string>();
  const placed: Placed[] = [];
  for (const [submission, { records }] of submissions.entries()) {
    for (let nth = 0; nth < records.count; nth += 1) {
      const { id, row } = rowAt(records, nth);
      if (seen.has(id)) continue;
      seen.add(id);
      placed.push({ id, row, submission, nth });
    }
  }
  return placed.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function storeRecords(
  tx: Tx,
  placed: readonly Placed[],
  inbox_ids: readonly number[],
  way: Way,
): Promise<readonly Placed[]> {
  if (placed.length === 0) return placed;
  if (way === "careful") return storeCarefully(tx, placed, inbox_ids);
  const fresh = way === "looking" ? await unknownOf(tx, placed) : placed;
  if (fresh.length > 0) await copyInto(tx.client, COPY_RECORDS, contentOf(fresh, inbox_ids));
  return fresh;
}

async function unknownOf(tx: Tx, placed: readonly Placed[]): Promise<readonly Placed[]> {
  const rows = await tx.query<{ id: string }>(KNOWN_IDS, [encodeIds(placed.map(({ id }) => id))]);
  const known = new Set(rows.map(({ id }) => bytesOf(id)));
  return known.size === 0 ? placed : placed.filter(({ id }) => !known.has(id));
}

function contentOf(placed: readonly Placed[], inbox_ids: readonly number[]): Buffer {
  return copyContent(
    placed,
    placed.map(({ submission }) => inbox_ids[submission] ?? 0),
  );
}

/** Waits for others that store the same records instead of failing on them. */
async function storeCarefully(tx: Tx, placed: readonly Placed[], inbox_ids: readonly number[]): Promise<Placed[]> {
  await tx.query(ARRIVING);
  await copyInto(tx.client, COPY_ARRIVING, contentOf(placed, inbox_ids));
  const rows = await tx.query<{ id: string }>(STORE_CAREFULLY);
  const stored = new Set(rows.map((row) => bytesOf(row.id)));
  return placed.filter(({ id }) => stored.has(id));
}

/** An id of 32 hexadecimal digits as the text of its bytes. */
function bytesOf(hex: string): string {
  return Buffer.from(hex, "hex").toString("latin1");
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
    submissions.map((s) => s.records.count),
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
  const rows = await tx.query<{ id: string }>(KNOWN_IDS, [encodeIds(ids.map(bytesOf))]);
  return new Set(rows.map((row) => row.id));
}
