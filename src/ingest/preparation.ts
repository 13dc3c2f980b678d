import { hash } from "node:crypto";
import type { Ground } from "../ground.ts";
import type { Params } from "../platform/index.ts";
import type { Edge } from "./edge.ts";
import { parseInstant } from "./instant.ts";
import { LIMITS } from "./limits.ts";
import { canonicalText } from "./protocols/canonical-text.ts";
import type { ClearRecord } from "./record.ts";
import { Cutter } from "./sealing.ts";
import type { Source } from "./source.ts";
import type { ClearReject, PreparedRecord } from "./submission.ts";
import { checkBody, instantInRange, kindInfo, type RecordProblem, shown } from "./validation.ts";
import type { KindInfo } from "./vocabulary/kinds.ts";

/** The records of one call of the edge, checked and cut. */
export interface Prepared {
  readonly rows: readonly PreparedRecord[];
  readonly rejects: readonly ClearReject[];
  /** Problems by the record's place in the call. */
  readonly problems: ReadonlyMap<number, readonly RecordProblem[]>;
  readonly cutter: Cutter;
}

/** Checks records against the vocabulary and cuts personal data out; touches nothing but memory. */
export function prepare(
  ground: Ground,
  edge: Edge,
  source: Source,
  records: readonly ClearRecord[],
  received_at: Date,
): Prepared {
  const cutter = new Cutter(ground.vault, edge.identities, source.namespace, (token) => edge.known.has(token));
  const rows: PreparedRecord[] = [];
  const rejects: ClearReject[] = [];
  const problems = new Map<number, readonly RecordProblem[]>();
  const now_ms = received_at.getTime();
  for (let ordinal = 0; ordinal < records.length; ordinal += 1) {
    const record = records[ordinal] as ClearRecord;
    const found = prepareOne(ground, source, record, ordinal, now_ms, cutter);
    if (!Array.isArray(found)) {
      rows.push(found);
      continue;
    }
    problems.set(ordinal, found);
    rejects.push(rejectOf(record, ordinal, found[0]));
  }
  return { rows, rejects, problems, cutter };
}

function rejectOf(record: ClearRecord, ordinal: number, first: RecordProblem | undefined): ClearReject {
  return {
    place: record.place ?? `[${ordinal}]`,
    kind: typeof record.kind === "string" ? record.kind.slice(0, 60) : null,
    code: first?.code ?? "ingest.body_invalid",
    params: first?.params ?? {},
    original: record.original ?? record,
  };
}

/** The first 16 bytes of SHA-256 over source and key; hashUuid's form, at a third of its price for 40,000 a second. */
function recordId(source_id: number, what: "key" | "content", text: string): string {
  return hash("sha256", `${source_id}\0${what}\0${text}`, "hex").slice(0, 32);
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
  const { key } = record;
  if (key !== undefined && key.length > LIMITS.key_characters_max) {
    return wrong("key_too_long", { size: key.length, limit: LIMITS.key_characters_max });
  }
  const occurred_ms = record.occurred_ms ?? parseInstant(record.occurred_at);
  if (occurred_ms === undefined || !instantInRange(occurred_ms, now_ms)) {
    const code = occurred_ms === undefined ? "instant_invalid" : "instant_range";
    return wrong(code, { field: "occurred_at", value: shown(record.occurred_at) }, "occurred_at");
  }
  const { body, extra, problems } = checkBody(info, record.body, place, now_ms);
  if (problems.length > 0) return [...problems];
  const id = idOf(ground, source, record);
  const {
    tokens,
    owner: first,
    json,
    notes,
  } = cutter.identities(
    record.identities.length > LIMITS.identities_max
      ? record.identities.slice(0, LIMITS.identities_max)
      : record.identities,
    id,
  );
  const who = checkIdentities(info, tokens.length, notes, wrong);
  if (who !== undefined) return who;
  const owner = first ?? id;
  cutter.body(info, body, owner);
  if (extra !== undefined) body["extra"] = cutter.free(extra, owner);
  if (notes.length > 0) body["notes"] = notes;
  const text = wellFormed(JSON.stringify(body));
  if (text.length * 3 > source.event_bytes_max) {
    const bytes = Buffer.byteLength(text);
    if (bytes > source.event_bytes_max) return wrong("event_too_large", { bytes, limit_bytes: source.event_bytes_max });
  }
  return { id, ordinal, kind: record.kind, occurred_ms, identities: json, body: text, times: timesOf(record) };
}

function idOf(ground: Ground, source: Source, record: ClearRecord): string {
  const { key, kind, occurred_at, identities, body } = record;
  if (key !== undefined) return recordId(source.source_id, "key", key);
  // Without a key the content is the key, under the vault's secret: a plain hash of a phone can be tried out.
  const content = canonicalText([kind, occurred_at, identities, body]);
  return recordId(source.source_id, "content", ground.vault.contentToken("ingest content", content));
}

function timesOf({ times }: ClearRecord): string | null {
  if (times === undefined) return null;
  const { original_at, sent_at, flag } = times;
  if (original_at === undefined && sent_at === undefined && flag === undefined) return null;
  return wellFormed(JSON.stringify({ original_at, sent_at, flag }));
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
  const mend = (text: string) => text.replaceAll("\0", "\u{fffd}").toWellFormed();
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return mend(value);
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, content]) => [mend(name), walk(content)]));
  };
  return JSON.stringify(walk(JSON.parse(json)));
}

/** A record's id as people and tables write it. */
export function uuidOf(id: string): string {
  return `${id.slice(0, 8)}-${id.slice(8, 12)}-${id.slice(12, 16)}-${id.slice(16, 20)}-${id.slice(20)}`;
}
