export type EngineName = "duckdb" | "spark";

/** A value of a result: integers as numbers, decimals as text, days as "YYYY-MM-DD", instants as Date, blobs as bytes. */
export type Value = null | boolean | number | string | Date | Uint8Array | readonly Value[];
export type Row = Readonly<Record<string, Value>>;
export type Parameter = null | boolean | number | string | Date | Uint8Array | readonly (number | string)[];

export interface ResultColumn {
  readonly name: string;
  /** The engine's own name of the type. */
  readonly type: string;
}

export interface QueryResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly Row[];
}

export interface QueryOptions {
  readonly signal?: AbortSignal;
  /** More rows are refused with lake.too_many_rows; read them as a stream instead. */
  readonly rows_max?: number;
}

/**
 * An engine that reads the lake. Catalogue relations are views `catalogue.<name>` over the files of the newest whole
 * batch, with the columns and types of PostgreSQL. Parameters are `$1`, `$2` …
 */
export interface LakeEngine {
  readonly name: EngineName;
  version(): Promise<string>;
  query(sql: string, parameters?: readonly Parameter[], options?: QueryOptions): Promise<QueryResult>;
  /** Rows in portions, for results that do not fit into memory. All portions are of one batch. */
  stream(sql: string, parameters?: readonly Parameter[], options?: QueryOptions): AsyncIterable<readonly Row[]>;
  close(): Promise<void>;
}
