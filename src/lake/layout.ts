import { addDays } from "../platform/index.ts";
import type { Column, ColumnType, Relation } from "../query/index.ts";

/** A month of a relation is one file up to this many rows, and a file a day beyond. */
export const MONTH_ROWS_MAX = 500_000;

/** Business days, both included; null: the relation has no partitions. */
export interface DayRange {
  readonly from_day: string;
  readonly to_day: string;
}

export interface ManifestFile {
  readonly file_id: number;
  readonly relation: string;
  readonly from_day: string | null;
  readonly to_day: string | null;
  readonly path: string;
  readonly form: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Relations that have files of their own, as opposed to derived ones and those of PostgreSQL only. */
export type FiledRelation = Relation & { readonly lake: { readonly partition: string | null } };

export function isFiled(relation: Relation): relation is FiledRelation {
  return relation.lake !== false && "partition" in relation.lake;
}

/** Columns above L2 are personal: they are never written to a file. */
export function isPersonal(column: Column): boolean {
  return column.sensitivity === "L3" || column.sensitivity === "L4";
}

/** The columns a file holds: what is resolved at reading and what is personal is left out. */
export function storedColumns(relation: Relation): readonly Column[] {
  return relation.columns.filter((column) => column.resolved_from === undefined && !isPersonal(column));
}

/** A column type as DuckDB and Parquet call it. */
export function duckType(type: ColumnType): string {
  if (type === "integer") return "BIGINT";
  if (type === "text") return "VARCHAR";
  if (type === "date") return "DATE";
  if (type === "instant") return "TIMESTAMPTZ";
  if (type === "boolean") return "BOOLEAN";
  return type.toUpperCase();
}

/** Stored columns and types in one text: files of another form are out of date. */
export function formOf(relation: Relation): string {
  return storedColumns(relation)
    .map((column) => `${column.name} ${duckType(column.type)}`)
    .join(", ");
}

export function monthRange(day: string): DayRange {
  const from_day = `${day.slice(0, 7)}-01`;
  const next = `${addDays(from_day, 31).slice(0, 7)}-01`;
  return { from_day, to_day: addDays(next, -1) };
}

export function daysOf({ from_day, to_day }: DayRange): string[] {
  const days: string[] = [];
  for (let day = from_day; day <= to_day; day = addDays(day, 1)) days.push(day);
  return days;
}

/**
 * Which ranges have to be written so that the given days are up to date: the whole month while it is small, which also
 * puts its day files together, else the file that holds the day, else the day alone.
 */
export function rangesToWrite(files: readonly ManifestFile[], days: Iterable<string>): DayRange[] {
  const ranges = new Map<string, DayRange>();
  for (const day of days) {
    const month = monthRange(day);
    const inMonth = files.filter((file) => isWithin(file, month));
    const rows = inMonth.reduce((sum, file) => sum + file.rows, 0);
    const holder = inMonth.find((file) => (file.from_day ?? "") <= day && day <= (file.to_day ?? ""));
    const own =
      holder === undefined
        ? { from_day: day, to_day: day }
        : { from_day: holder.from_day ?? day, to_day: holder.to_day ?? day };
    const range = rows <= MONTH_ROWS_MAX ? month : own;
    ranges.set(range.from_day + range.to_day, range);
  }
  return [...ranges.values()].sort((a, b) => (a.from_day < b.from_day ? -1 : 1));
}

/** Whether a file lies in the range, so that writing the range replaces it. */
export function isWithin(file: Pick<ManifestFile, "from_day" | "to_day">, range: DayRange): boolean {
  return (
    file.from_day !== null && file.to_day !== null && file.from_day >= range.from_day && file.to_day <= range.to_day
  );
}

/** A file's place below the lake's folder: `orders/2026-01/2026-01-05.17.parquet`, `products/all.17.parquet`. */
export function filePath(relation: string, range: DayRange | null, batch_id: number): string {
  if (range === null) return `${relation}/all.${batch_id}.parquet`;
  const month = range.from_day.slice(0, 7);
  const label = range.from_day === range.to_day ? range.from_day : month;
  return `${relation}/${month}/${label}.${batch_id}.parquet`;
}
