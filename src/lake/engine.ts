export type EngineName = "duckdb" | "spark";

/** A value of a result: integers as numbers, decimals as text, days as "YYYY-MM-DD", instants as Date, blobs as bytes. */
export type Value = null | boolean | number | string | Date | Uint8Array | readonly Value[];
export type Row = Readonly<Record<string, Value>>;
export type Parameter = null | boolean | number | string | Date | Uint8Array | readonly (number | string)[];

export type Numbers = Uint32Array | Float64Array;

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

/** Several steps on one connection of the embedded engine, all over one batch. Its temporary tables go with it. */
export interface LakeSession {
  run(sql: string): Promise<void>;
  query(sql: string): Promise<readonly Row[]>;
  /** Rows in portions. Nothing else runs in the session until they are read. */
  stream(sql: string): AsyncIterable<readonly Row[]>;
  /** The same column by column, for numbers, texts and truth values of many rows: no object is made for a row. */
  columns(sql: string): AsyncIterable<readonly (readonly Value[])[]>;
  /** The same for columns of UINTEGER or DOUBLE without missing values, as the engine holds them: nothing is looked at. */
  numbers(sql: string): AsyncIterable<readonly Numbers[]>;
  /**
   * Fills a table in memory from lines of text, as PostgreSQL's COPY sends them, without looking at them one by one.
   * @param select what goes in, as a select from `lines`, whose column is `line`.
   */
  load(table: string, select: string, text: AsyncIterable<Buffer>): Promise<void>;
}

/** The engine in this process. Tables of its database `kept` stay in its memory until it is closed, packed, never in a file. */
export interface EmbeddedEngine extends LakeEngine {
  /** @param sql names the relations that the session reads. `work` may run again when a file was replaced meanwhile. */
  session<T>(sql: string, work: (session: LakeSession) => Promise<T>, options?: QueryOptions): Promise<T>;
}
