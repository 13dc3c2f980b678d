import type { Params } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";

/** A record ready to be stored. */
export interface PreparedRecord {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly occurred_ms: number;
  /** JSON, as the other texts below. */
  readonly identities: string;
  readonly body: string;
  readonly times: string | null;
}

/** Prepared records as rows of ingest.record in PostgreSQL's binary COPY form. */
export interface EncodedRecords {
  readonly count: number;
  /** One row behind the other; the place of the inbox row is still empty. */
  readonly bytes: Uint8Array;
  /** Where each row ends in `bytes`. */
  readonly ends: Uint32Array;
}

/** A reject before it is sealed. */
export interface ClearReject {
  readonly place: string;
  readonly kind: string | null;
  readonly code: string;
  readonly params: Params;
  readonly original: unknown;
}

export interface PreparedReject extends Omit<ClearReject, "original"> {
  readonly original_sealed: Buffer;
  /** Keyed hash of the original without its sending time. */
  readonly content: string;
}

/** One call of `accept`, prepared; it becomes one row of the inbox. */
export interface Submission {
  readonly source_id: number;
  readonly protocol: string;
  readonly origin: string | null;
  readonly spool_id: string | null;
  readonly received_at: Date;
  readonly bytes: number;
  readonly sealed: Buffer | null;
  readonly sealed_key: string;
  readonly records: EncodedRecords;
  readonly rejects: readonly PreparedReject[];
}

/** What the store made of it. */
export interface Stored {
  readonly inbox_id: number;
  readonly accepted: number;
  /** For each record of the submission, in their order: 1 where it is new. */
  readonly fresh: Uint8Array;
}

/** A submission on its way to the store. */
export interface Waiting {
  readonly submission: Submission;
  /** Of its records, in their order. */
  readonly ids: readonly string[];
  /** Runs inside the transaction that stores it; a throw rolls the transaction back. */
  readonly within: ((tx: Tx, stored: Stored) => Promise<void>) | undefined;
}
