import type { Ground } from "../ground.ts";
import type { Params } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { edgeOf } from "./edge.ts";
import { prepare, type Prepared, uuidOf } from "./preparation.ts";
import { canonicalText } from "./protocols/canonical-text.ts";
import { type DecodedReject, isObject, rest } from "./protocols/decoded.ts";
import type { ClearRecord } from "./record.ts";
import { encodeRecords } from "./record-copy.ts";
import { existingRecords } from "./record-store.ts";
import type { Source } from "./source.ts";
import type { ClearReject, Stored, Submission } from "./submission.ts";
import type { RecordProblem } from "./validation.ts";

/** What became of one record, in the order in which the records were given. */
export interface Outcome {
  readonly status: "accepted" | "duplicate" | "rejected";
  readonly record_id?: string;
  readonly code?: string;
  readonly params?: Params;
  /** Every problem of a rejected record; `code` and `params` are the first one's. */
  readonly problems?: readonly RecordProblem[];
}

export interface AcceptMeta {
  /** How it came: "segment", "sensors", "import" … */
  readonly protocol: string;
  readonly received_at?: Date;
  /** Bytes of the request or file part, for the volume figures. */
  readonly bytes?: number;
  /** What the batch belongs to ("import:12"), so that it can be found and taken back. */
  readonly origin?: string;
  readonly spool_id?: string;
  /** Messages that the decoder could already make nothing of. */
  readonly rejects?: readonly DecodedReject[];
  /** Runs inside the transaction that stores the batch; a throw rolls the batch back. */
  readonly within?: (tx: Tx, inbox_id: number, outcomes: readonly Outcome[]) => Promise<void>;
}

export interface AcceptResult {
  readonly inbox_id: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** One for each record, in order. */
  readonly outcomes: readonly Outcome[];
}

/**
 * The edge: checks records against the vocabulary, cuts personal data out, and stores them once. When the promise
 * resolves, every record is durable as accepted, as a duplicate of a stored one, or as a reject with its reason.
 * Calls that run at the same time share one transaction.
 * @throws ingest.busy when more records wait than `waiting_records_max`; nothing of the call is stored then.
 */
export async function accept(
  ground: Ground,
  source: Source,
  records: readonly ClearRecord[],
  meta: AcceptMeta,
): Promise<AcceptResult> {
  const edge = edgeOf(ground);
  const received_at = meta.received_at ?? ground.clock.now();
  const key = await ground.vault.namedKey(sealingKeyName(received_at));
  const prepared = prepare(ground, edge, source, records, received_at);
  const fresh = [...prepared.cutter.fresh.values()];
  const context = `ingest|${source.source_id}`;
  const seal = (value: unknown) => key.encrypt(Buffer.from(JSON.stringify(value)), context);
  const { within } = meta;
  const submission: Submission = {
    source_id: source.source_id,
    protocol: meta.protocol,
    origin: meta.origin ?? null,
    spool_id: meta.spool_id ?? null,
    received_at,
    bytes: meta.bytes ?? 0,
    sealed_key: sealingKeyName(received_at),
    sealed: fresh.length === 0 ? null : seal(fresh.map((cut) => [cut.token, cut.kind, cut.value, cut.namespace])),
    records: encodeRecords(prepared.rows),
    rejects: [...(meta.rejects ?? []).map(fromDecoded), ...prepared.rejects].map((reject) => ({
      place: reject.place,
      kind: reject.kind,
      code: reject.code,
      params: reject.params,
      original_sealed: seal({ protocol: meta.protocol, received_at, original: reject.original }),
      content: ground.vault.contentToken("ingest reject", contentOf(reject)),
    })),
  };
  const stored = await edge.committer.submit({
    submission,
    ids: prepared.rows.map((row) => row.id),
    within: within && ((tx, { inbox_id, fresh }) => within(tx, inbox_id, outcomesOf(prepared, fresh))),
  });
  const { inbox_id, accepted } = stored;
  for (const { token } of fresh) edge.known.set(token, true);
  const duplicates = prepared.rows.length - accepted;
  const rejected = submission.rejects.length;
  edge.count(source, { accepted, duplicates, rejected });
  return {
    inbox_id,
    accepted,
    duplicates,
    rejected,
    // Most callers only count.
    get outcomes() {
      return outcomesOf(prepared, stored.fresh);
    },
  };
}

/** What `accept` would do with the records, without storing anything. */
export async function judge(ground: Ground, source: Source, records: readonly ClearRecord[]): Promise<Outcome[]> {
  const prepared = prepare(ground, edgeOf(ground), source, records, ground.clock.now());
  const ids = prepared.rows.map((row) => row.id);
  const known = await ground.store.read(SYSTEM_SCOPE, (tx) => existingRecords(tx, ids));
  const fresh = new Uint8Array(prepared.rows.length);
  for (const [nth, row] of prepared.rows.entries()) {
    if (known.has(row.id)) continue;
    known.add(row.id);
    fresh[nth] = 1;
  }
  return outcomesOf(prepared, fresh);
}

/** One key a day seals the envelopes and rejects of that day; destroyed when the last reject of the day expires. */
export function sealingKeyName(received_at: Date): string {
  return `ingest ${received_at.toISOString().slice(0, 10)}`;
}

const SENDING_TIMES = new Set(["sentAt", "_flush_time"]);

/**
 * What makes two rejects one. An SDK puts a message it sends again into another batch and stamps it anew; of a webhook's
 * payload several records can be refused, each at its place.
 */
function contentOf({ original, place }: ClearReject): string {
  const message = isObject(original) ? original["message"] : undefined;
  return canonicalText(isObject(message) ? rest(message, SENDING_TIMES) : [place, original]);
}

function fromDecoded(reject: DecodedReject): ClearReject {
  return { place: reject.place, kind: null, code: reject.code, params: reject.params, original: reject.original };
}

function outcomesOf(prepared: Prepared, fresh: Stored["fresh"]): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const [nth, { id, ordinal }] of prepared.rows.entries()) {
    outcomes[ordinal] = { status: fresh[nth] === 1 ? "accepted" : "duplicate", record_id: uuidOf(id) };
  }
  for (const [ordinal, problems] of prepared.problems) {
    const first = problems[0];
    outcomes[ordinal] = { status: "rejected", code: first?.code ?? "", params: first?.params ?? {}, problems };
  }
  return outcomes;
}
