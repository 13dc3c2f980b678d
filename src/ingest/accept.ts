import { hashUuid, type Params } from "../platform/index.ts";
import type { Ground } from "../ground.ts";
import type { Tx } from "../store/index.ts";
import { edgeOf } from "./edge.ts";
import { parseInstant } from "./instant.ts";
import { LIMITS } from "./limits.ts";
import { canonicalText } from "./protocols/canonical-text.ts";
import { type DecodedReject, isObject, rest } from "./protocols/decoded.ts";
import type { ClearRecord } from "./record.ts";
import { existingRecords } from "./record-store.ts";
import { Cutter } from "./sealing.ts";
import type { Source } from "./source.ts";
import type { PreparedRecord, PreparedReject, Submission } from "./submission.ts";
import { checkBody, instantInRange, kindInfo, type RecordProblem, shown } from "./validation.ts";
import type { KindInfo } from "./vocabulary/kinds.ts";

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
  const sealed_key = sealingKeyName(received_at);
  const key = await ground.vault.namedKey(sealed_key);
  const prepared = prepare(ground, source, records, received_at);
  const rejects = [...(meta.rejects ?? []).map(fromDecoded), ...prepared.rejects];
  const fresh = [...prepared.cutter.values.values()].filter((value) => !edge.known.has(value.token));
  const context = `ingest|${source.source_id}`;
  const seal = (value: unknown) => key.encrypt(Buffer.from(JSON.stringify(value)), context);
  const submission: Submission = {
    source_id: source.source_id,
    protocol: meta.protocol,
    origin: meta.origin ?? null,
    spool_id: meta.spool_id ?? null,
    received_at,
    bytes: meta.bytes ?? 0,
    sealed_key,
    sealed:
      fresh.length === 0
        ? null
        : seal(fresh.map(({ token, kind, value, namespace }) => [token, kind, value, namespace])),
    records: prepared.rows,
    rejects: rejects.map((reject) => ({
      ...reject,
      original: seal({ protocol: meta.protocol, received_at, original: reject.original }),
      content: ground.vault.token("ingest reject", canonicalText(withoutSendingTime(reject.original))),
    })),
    ...(meta.within === undefined
      ? {}
      : { within: (tx, stored) => meta.within?.(tx, stored.inbox_id, outcomesOf(prepared, stored.fresh)) }),
  };
  const stored = await edge.committer.submit(submission);
  for (const value of fresh) edge.known.set(value.token, true);
  const outcomes = outcomesOf(prepared, stored.fresh);
  const accepted = stored.fresh.size;
  const counts = { accepted, duplicates: prepared.rows.length - accepted, rejected: rejects.length };
  edge.count(source, counts);
  return { inbox_id: stored.inbox_id, ...counts, outcomes };
}

/** What `accept` would do with the records, without storing anything. */
export async function judge(ground: Ground, source: Source, records: readonly ClearRecord[]): Promise<Outcome[]> {
  const prepared = prepare(ground, source, records, ground.clock.now());
  const known = await existingRecords(
    ground,
    prepared.rows.map((row) => row.record_id),
  );
  const fresh = new Set<number>();
  for (const row of prepared.rows) {
    if (known.has(row.record_id)) continue;
    known.add(row.record_id);
    fresh.add(row.ordinal);
  }
  return outcomesOf(prepared, fresh);
}

/** One key a day seals the envelopes and rejects of that day; destroyed when the last reject of the day expires. */
export function sealingKeyName(received_at: Date): string {
  return `ingest ${received_at.toISOString().slice(0, 10)}`;
}

type ClearReject = Omit<PreparedReject, "original" | "content"> & { readonly original: unknown };

const SENDING_TIMES = new Set(["sentAt", "_flush_time"]);

/** SDKs stamp a message anew whenever they send it again. */
function withoutSendingTime(original: unknown): unknown {
  const message = isObject(original) && "message" in original ? original["message"] : original;
  return isObject(message) ? rest(message, SENDING_TIMES) : message;
}

interface Prepared {
  readonly rows: PreparedRecord[];
  readonly rejects: ClearReject[];
  readonly problems: ReadonlyMap<number, readonly RecordProblem[]>;
  readonly cutter: Cutter;
  readonly size: number;
}

function fromDecoded(reject: DecodedReject): ClearReject {
  return { place: reject.place, kind: null, code: reject.code, params: reject.params, original: reject.original };
}

function prepare(ground: Ground, source: Source, records: readonly ClearRecord[], received_at: Date): Prepared {
  const cutter = new Cutter(ground.vault, source.namespace);
  const rows: PreparedRecord[] = [];
  const rejects: ClearReject[] = [];
  const problems = new Map<number, readonly RecordProblem[]>();
  for (const [ordinal, record] of records.entries()) {
    const found = prepareOne(ground, source, record, ordinal, received_at.getTime(), cutter);
    if (!Array.isArray(found)) {
      rows.push(found);
      continue;
    }
    problems.set(ordinal, found);
    const first = found[0];
    rejects.push({
      place: record.place ?? `[${ordinal}]`,
      kind: record.kind,
      code: first?.code ?? "ingest.body_invalid",
      params: first?.params ?? {},
      original: record.original ?? record,
    });
  }
  return { rows, rejects, problems, cutter, size: records.length };
}

function prepareOne(
  ground: Ground,
  source: Source,
  record: ClearRecord,
  ordinal: number,
  now_ms: number,
  cutter: Cutter,
): PreparedRecord | RecordProblem[] {
  const place = record.place ?? `[${ordinal}]`;
  const wrong = (code: string, params: Params = {}, field: string | null = null): RecordProblem[] => [
    { code: `ingest.${code}`, params: { place, kind: shown(record.kind), ...params }, field },
  ];
  const info = kindInfo(record.kind);
  if (info === undefined) return wrong("kind_unknown");
  const key = record.key;
  if (key !== undefined && key.length > LIMITS.key_characters_max) {
    return wrong("key_too_long", { size: key.length, limit: LIMITS.key_characters_max });
  }
  const occurred_ms = parseInstant(record.occurred_at);
  const shownTime = { field: "occurred_at", value: shown(record.occurred_at) };
  if (occurred_ms === undefined) return wrong("instant_invalid", shownTime, "occurred_at");
  if (!instantInRange(occurred_ms, now_ms)) return wrong("instant_range", shownTime, "occurred_at");
  const checked = checkBody(info, record.body, place, now_ms);
  if (checked.problems.length > 0) return [...checked.problems];

  // Without a key the content is the key, under the vault's secret: a plain hash of a phone can be tried out.
  const { kind, occurred_at, identities: clear, body: given } = record;
  const content =
    key === undefined
      ? ground.vault.token("ingest content", canonicalText([kind, occurred_at, clear, given]))
      : undefined;
  const record_id =
    key === undefined ? hashUuid(source.source_id, "content", content ?? "") : hashUuid(source.source_id, "key", key);
  const { identities, notes } = cutter.identities(record.identities.slice(0, LIMITS.identities_max), record_id);
  const who = checkIdentities(info, identities.length, notes, wrong);
  if (who !== undefined) return who;
  const owner = identities[0]?.token ?? record_id;
  const body = cutter.body(info, checked.body, owner);
  if (checked.extra !== undefined) body["extra"] = cutter.free(checked.extra, owner);
  if (notes.length > 0) body["notes"] = notes;
  return {
    record_id,
    ordinal,
    kind: record.kind,
    occurred_at: new Date(occurred_ms).toISOString(),
    identities: JSON.stringify(identities),
    body: wellFormed(JSON.stringify(body)),
    times:
      record.times === undefined || Object.keys(record.times).length === 0
        ? null
        : wellFormed(JSON.stringify(record.times)),
  };
}

/** A sale may be anyone's; everything else that is about a person must say about whom. */
function checkIdentities(
  info: KindInfo,
  count: number,
  notes: readonly { kind: string; reason: string }[],
  wrong: (code: string, params?: Params) => RecordProblem[],
): RecordProblem[] | undefined {
  if (info.kind === "identity_link" && count < 2) return wrong("identity_pair_missing");
  if (!info.personal || count > 0 || info.kind === "order" || info.kind === "return") return undefined;
  if (notes.length === 0) return wrong("identity_missing");
  return wrong("identity_unusable", { reasons: notes.map((note) => `${note.kind}: ${note.reason}`).join(", ") });
}

const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

/** jsonb takes neither NUL nor half a surrogate pair: they become the replacement character. */
function wellFormed(json: string): string {
  if (!UNSTORABLE.test(json)) return json;
  return JSON.stringify(
    JSON.parse(json, (_, value: unknown) =>
      typeof value === "string" ? value.replaceAll("\0", "\u{fffd}").toWellFormed() : value,
    ),
  );
}

function outcomesOf(prepared: Prepared, fresh: ReadonlySet<number>): Outcome[] {
  const outcomes: Outcome[] = [];
  for (const row of prepared.rows) {
    outcomes[row.ordinal] = { status: fresh.has(row.ordinal) ? "accepted" : "duplicate", record_id: row.record_id };
  }
  for (const [ordinal, problems] of prepared.problems) {
    const first = problems[0];
    outcomes[ordinal] = { status: "rejected", code: first?.code ?? "", params: first?.params ?? {}, problems };
  }
  return outcomes;
}
