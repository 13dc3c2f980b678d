import { hash } from "node:crypto";
import { maskText } from "../../vault/index.ts";

export const PHASES = ["begun", "done", "read", "system"] as const;
export type Phase = (typeof PHASES)[number];

/** What is told of one act. `subject` holds ids and codes, never personal data. */
export interface AuditEntry {
  readonly at: Date;
  readonly phase: Phase;
  readonly person_id: number | null;
  readonly actor: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly status: number | null;
  /** null while the act has only begun. */
  readonly succeeded: boolean | null;
  readonly request_id: string;
  readonly ip: string | null;
  readonly duration_ms: number | null;
}

/** A row as it is hashed: every column by its text, `at` in microseconds since 1970. */
export interface ChainedRow {
  readonly sequence: number;
  readonly previous_hash: string;
  readonly at_us: string;
  readonly phase: string;
  readonly person_id: number | null;
  readonly actor: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly subject: string;
  readonly status: number | null;
  readonly succeeded: boolean | null;
  readonly request_id: string;
  readonly ip: string | null;
  readonly duration_ms: number | null;
}

/** What the first row of a chain follows. */
export const GENESIS = "0".repeat(64);

/**
 * Canonical encoding of a row, then SHA-256 in hexadecimal. Each field is written as `<bytes>:<UTF-8 text>,` and a
 * missing one as `-,` (netstrings), in the order below: no two different rows have the same encoding.
 */
export function hashOf(row: ChainedRow): string {
  const encoding =
    field("huitou-audit-1") +
    field(String(row.sequence)) +
    field(row.previous_hash) +
    field(row.at_us) +
    field(row.phase) +
    field(row.person_id) +
    field(row.actor) +
    field(row.action) +
    field(row.method) +
    field(row.path) +
    field(row.subject) +
    field(row.status) +
    field(row.succeeded === null ? null : row.succeeded ? "t" : "f") +
    field(row.request_id) +
    field(row.ip) +
    field(row.duration_ms);
  return hash("sha256", encoding, "hex");
}

function field(value: string | number | null): string {
  if (value === null) return "-,";
  const text = String(value);
  return `${Buffer.byteLength(text)}:${text},`;
}

/** Links an entry behind the row before it. */
export function chain(entry: AuditEntry, sequence: number, previous_hash: string): ChainedRow & { hash: string } {
  const row: ChainedRow = {
    sequence,
    previous_hash,
    at_us: `${entry.at.getTime()}000`,
    phase: entry.phase,
    person_id: entry.person_id,
    actor: storable(entry.actor),
    action: storable(entry.action),
    method: storable(entry.method),
    path: storable(entry.path),
    subject: canonicalJson(entry.subject, masked),
    status: entry.status,
    succeeded: entry.succeeded,
    request_id: storable(entry.request_id),
    ip: entry.ip === null ? null : storable(entry.ip),
    duration_ms: entry.duration_ms,
  };
  return { ...row, hash: hashOf(row) };
}

/** JSON with the keys of every object in order, so that equal values have equal texts. */
export function canonicalJson(value: unknown, text: (value: string) => string = storable): string {
  return JSON.stringify(sorted(JSON.parse(JSON.stringify(value ?? null)), text));
}

function sorted(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") {
    // a phone number typed where an address has an id
    const kept = text(String(value));
    return kept === String(value) ? value : kept;
  }
  if (Array.isArray(value)) return value.map((inner) => sorted(inner, text));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [storable(name), sorted(inner, text)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

const CODE = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64})$/;

/** A reason typed by a person may hold a phone number: it is masked before it can never be removed again. */
function masked(text: string): string {
  const kept = storable(text);
  return CODE.test(kept) ? kept : maskText(kept);
}

/** PostgreSQL keeps neither NUL nor half a surrogate pair: a request that holds one is still written down. */
function storable(text: string): string {
  return text.replaceAll("\0", "\uFFFD").toWellFormed();
}

/** What the platform itself did to the log or beside it. */
export function systemEntry(at: Date, action: string, subject: Readonly<Record<string, unknown>>): AuditEntry {
  return {
    at,
    phase: "system",
    person_id: null,
    actor: "system",
    action,
    method: "",
    path: "",
    subject,
    status: null,
    succeeded: true,
    request_id: "",
    ip: null,
    duration_ms: null,
  };
}
