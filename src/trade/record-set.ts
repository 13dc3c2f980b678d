import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { from } from "pg-copy-streams";
import type { Tx } from "../store/index.ts";

/** Column → PostgreSQL type of a set of rows that travels to the database at once. */
export type Shape = Readonly<Record<string, string>>;
type Row = Readonly<Record<string, unknown>>;

const COPY_CHUNK_ROWS = 2_000;

/**
 * Inserts rows in one statement whatever their number and answers what `tail` (conflict clause, returning) asks for.
 * 100,000 order lines: one array for each column 0.85 s, json_to_recordset 1.0 s, jsonb_to_recordset 1.55 s, COPY 0.45 s.
 */
export async function insertRows<Result = unknown>(
  tx: Tx,
  table: string,
  shape: Shape,
  rows: readonly object[],
  tail = "",
): Promise<Result[]> {
  if (rows.length === 0) return [];
  const columns = Object.keys(shape);
  const arrays = Object.values(shape).map((type, i) => `$${i + 1}::${type}[]`);
  return tx.query<Result>(
    `insert into ${table} (${columns.join(", ")}) select * from unnest(${arrays.join(", ")}) ${tail}`,
    columns.map((name) => rows.map((row) => (row as Row)[name] ?? null)),
  );
}

/** Inserts rows that cannot conflict, by COPY. */
export async function copyRows(tx: Tx, table: string, shape: Shape, rows: readonly object[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(shape);
  const target = tx.client.query(from(`copy ${table} (${columns.join(", ")}) from stdin`));
  await pipeline(Readable.from(copyText(columns, rows)), target);
}

function* copyText(columns: readonly string[], rows: readonly object[]): Generator<string> {
  for (let i = 0; i < rows.length; i += COPY_CHUNK_ROWS) {
    let text = "";
    for (const row of rows.slice(i, i + COPY_CHUNK_ROWS)) {
      for (const [place, name] of columns.entries()) text += (place === 0 ? "" : "\t") + copyValue((row as Row)[name]);
      text += "\n";
    }
    yield text;
  }
}

const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function copyValue(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPED[character] ?? "");
}

/** `on conflict` clause that overwrites every column but the key, only where something differs. */
export function overwrite(table: string, key: readonly string[], shape: Shape): string {
  const columns = Object.keys(shape).filter((name) => !key.includes(name));
  const alias = table.slice(table.indexOf(".") + 1);
  const [old, next] = [columns.map((c) => `${alias}.${c}`).join(", "), columns.map((c) => `excluded.${c}`).join(", ")];
  return `on conflict (${key.join(", ")}) do update set (${columns.join(", ")}) = row(${next}) where (${old}) is distinct from (${next})`;
}
