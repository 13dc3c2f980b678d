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
  readonly records: readonly PreparedRecord[];
  readonly rejects: readonly PreparedReject[];
  readonly within?: (tx: Tx, stored: Stored) => Promise<void> | undefined;
}

/** What the store made of it. */
export interface Stored {
  readonly inbox_id: number;
  /** Whether the record with this ordinal is new. */
  isFresh(ordinal: number): boolean;
  readonly accepted: number;
}
