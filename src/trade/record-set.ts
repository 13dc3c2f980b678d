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

/** Inserts rows that cannot conflict, by COPY; they may be made while they are read. */
export async function copyRows(tx: Tx, table: string, shape: Shape, rows: Iterable<object>): Promise<void> {
  const columns = Object.keys(shape);
  const target = tx.client.query(from(`copy ${table} (${columns.join(", ")}) from stdin`));
  await pipeline(Readable.from(copyText(columns, rows)), target);
}

function* copyText(columns: readonly string[], rows: Iterable<object>): Generator<string> {
  let text = "";
  let count = 0;
  for (const row of rows) {
    let separator = "";
    for (const name of columns) {
      text += separator + copyValue((row as Row)[name]);
      separator = "\t";
    }
    text += "\n";
    count += 1;
    if (count % COPY_CHUNK_ROWS === 0) {
      yield text;
      text = "";
    }
  }
  if (text !== "") yield text;
}

const SPECIAL = /[\\\n\r\t]/;
const ESCAPED: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function copyValue(value: unknown): string {
  if (value === null || value === undefined) return "\\N";
  if (typeof value === "number") return String(value);
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  // most values hold nothing special, and a test alone is cheaper than a replace
  return SPECIAL.test(text) ? text.replace(/[\\\n\r\t]/g, (character) => ESCAPED[character] ?? "") : text;
}

/** `on conflict` clause that overwrites every column but the key, only where something differs. */
export function overwrite(table: string, key: readonly string[], shape: Shape): string {
  const columns = Object.keys(shape).filter((name) => !key.includes(name));
  const alias = table.slice(table.indexOf(".") + 1);
  const [old, next] = [columns.map((c) => `${alias}.${c}`).join(", "), columns.map((c) => `excluded.${c}`).join(", ")];
  return `on conflict (${key.join(", ")}) do update set (${columns.join(", ")}) = row(${next}) where (${old}) is distinct from (${next})`;
}
