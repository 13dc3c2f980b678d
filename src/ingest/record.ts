import type { IdentityKind } from "./vocabulary/identity-kinds.ts";

/** An identifier as a source wrote it: only inside the ingest edge. */
export interface ClearIdentity {
  readonly kind: IdentityKind;
  readonly value: string;
  /** App or source in which the value is unique, for namespaced kinds; the source's namespace by default. */
  readonly namespace?: string;
}

/** When a device says a record happened and was sent, kept beside the corrected time. */
export interface OriginalTimes {
  readonly original_at?: string;
  readonly sent_at?: string;
  /** Set when the device's clock was absurd and the time of receipt stands in. */
  readonly flag?: "clock_missing" | "clock_past" | "clock_ahead";
}

/**
 * One record as a protocol or an importer hands it to the edge, personal data still in clear.
 * `key` is the source's own message id or natural key with version; equal keys of one source are one record.
 * Without a key the content's hash serves.
 */
export interface ClearRecord {
  readonly kind: string;
  readonly key?: string;
  readonly occurred_at: string;
  /** `occurred_at` in ms, where the decoder has read it already. */
  readonly occurred_ms?: number;
  readonly identities: readonly ClearIdentity[];
  readonly body: Readonly<Record<string, unknown>>;
  /** Where the record stands in its file or request, for reports: "row 17". */
  readonly place?: string;
  readonly times?: OriginalTimes;
  /** The message as it came, sealed beside a reject so that a replay can decode it again; this record by default. */
  readonly original?: unknown;
}

/** An identifier behind the edge: the blind index of its normalised value (16 bytes, base64url), never the value. */
export interface TokenIdentity {
  readonly kind: IdentityKind;
  readonly token: string;
}

/**
 * One record behind the edge. Every L3/L4 text, date and free object of the body has become `{ "sealed": token }`.
 * Decimals are texts ("2.50"), money integers, instants UTC texts, dates "YYYY-MM-DD". Fields that the vocabulary does
 * not know are under `extra` (the same scrubbed); identifiers that are never a key under `notes`.
 * `record_id` is the first 16 bytes of SHA-256 over source and key, as a UUID.
 */
export interface SealedRecord {
  readonly record_id: string;
  readonly source_id: number;
  readonly source_key: string;
  /** Whether its batch can be taken back later as a whole (a file import), so that evidence must be kept per record. */
  readonly undoable: boolean;
  readonly kind: string;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly identities: readonly TokenIdentity[];
  readonly body: Readonly<Record<string, unknown>>;
}

/** What a later stage of the pipeline adds: which party said or did it (null: a sale without a member). */
export interface IdentifiedRecord extends SealedRecord {
  party_id: number | null;
}
