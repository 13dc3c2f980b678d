import type { Column, ColumnType } from "../../query/index.ts";

/** A column type as Spark calls it. */
function sparkType(type: ColumnType): string {
  if (type === "integer") return "bigint";
  if (type === "text") return "string";
  return type === "instant" ? "timestamp" : type;
}

/** Columns as Spark declares them: the schema of a Parquet file that DuckDB wrote. */
export function sparkSchema(columns: readonly Column[]): string {
  return columns.map(({ name, type }) => `\`${name}\` ${sparkType(type)}`).join(", ");
}
