import type { ColumnType } from "../relation.ts";
import type { ValueType } from "../value-type.ts";

/** An order of rows, missing values last: texts only ascending, so that Spark can follow with min_by over a struct. */
export interface SortKey {
  readonly sql: string;
  readonly descending: boolean;
  readonly kind: ValueType["kind"];
}

/**
 * What differs between the engines; everything else is printed the same for all. A function stands here only when the
 * trial of docs/decisions/0003 or the property test showed that all engines give the same rows.
 */
export interface Dialect {
  readonly name: "postgresql" | "duckdb" | "spark";
  /** A name of a column, an alias or a part of the statement. */
  quoted(name: string): string;
  /** A relation of the catalogue, as a source of rows. */
  relation(name: string): string;
  /** Before the query of a part that is read several times and must be made once. */
  readonly once: string;
  /**
   * Whether the rows that several scans read of all members are kept in memory between them: one engine in one process
   * saves reading the files and finding the members of the parties again; a cluster would send them around.
   */
  readonly keepsAllRows: boolean;
  /** The elements of an array as rows of one column. */
  elements(array: string): string;
  isElement(value: string, array: string): string;
  /** A text literal that survives any content. */
  text(value: string): string;
  /** The text in an order by code point. */
  byCodePoint(sql: string): string;
  toInteger(sql: string): string;
  /** Truncating whole division of two expressions of up to 38 digits. */
  wholeDivision(dividend: string, divisor: string): string;
  /** −1, 0 or 1, as a whole number. */
  sign(sql: string): string;
  /** An integer expression widened so that products of two of them cannot overflow. */
  wide(sql: string): string;
  /** A decimal column as an integer of 10^-scale. */
  units(sql: string, scale: number): string;
  /** An integer of 10^-scale as the engine's decimal. */
  decimal(sql: string, scale: number): string;
  toText(sql: string): string;
  /** A value kept as text under a key of a JSON column. */
  fromJson(json: string, key: string, type: ColumnType): string;
  daysBetween(from: string, to: string): string;
  shiftDays(date: string, days: number): string;
  datePart(part: "year" | "month" | "day" | "weekday", date: string): string;
  /** Aggregate: the value of the first row in the order; `filter` is a complete filter clause or empty. */
  firstBy(value: string, order: readonly SortKey[], filter: string): string;
  /** Aggregate: the ⌈n/2⌉-th smallest of the known values. */
  median(value: string, filter: string): string;
}

/** The order clause that PostgreSQL and DuckDB share: missing values last in both directions. */
export function orderClause(keys: readonly SortKey[], byCodePoint: (sql: string) => string): string {
  const parts = keys.map((key) => {
    const sql = key.kind === "text" ? byCodePoint(key.sql) : key.sql;
    return `${sql} ${key.descending ? "desc" : "asc"} nulls last`;
  });
  return parts.join(", ");
}

/** Names in double quotes, as the SQL standard has it. */
export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
