import pg from "pg";
import { Problem, problem } from "../../platform/index.ts";
import { PULL_LIMITS } from "./limits.ts";
import {
  type Connection,
  nameParts,
  type Position,
  type PulledRow,
  type PulledTable,
  type PullTable,
  reasonOf,
  refuseMissing,
} from "./pulled-table.ts";

interface Column {
  readonly name: string;
  readonly type: string;
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Opens a table of a PostgreSQL database. @throws pull.connect_failed, pull.table_missing, pull.column_missing */
export async function openPostgresqlTable(connection: Connection, pull: PullTable): Promise<PulledTable> {
  const { host, port, database, user, password } = connection;
  const name = nameParts(pull.table, "table").map(quote).join(".");
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password,
    connectionTimeoutMillis: PULL_LIMITS.connect_seconds * 1000,
    statement_timeout: PULL_LIMITS.statement_seconds * 1000,
    application_name: "huitou pull",
    options: "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO",
  });
  client.on("error", () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw problem("pull.connect_failed", { dialect: "PostgreSQL", host, port, reason: reasonOf(error) });
  }
  try {
    return await tableOf(client, pull, name);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function ask<Row extends pg.QueryResultRow>(
  client: pg.Client,
  pull: PullTable,
  text: string,
  values: unknown[] = [],
): Promise<Row[]> {
  try {
    return (await client.query<Row>(text, values)).rows;
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw problem("pull.query_failed", { table: pull.table, reason: reasonOf(error) });
  }
}

async function tableOf(client: pg.Client, pull: PullTable, name: string): Promise<PulledTable> {
  const columns = await ask<Column & pg.QueryResultRow>(
    client,
    pull,
    `select attname::text as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped order by attnum`,
    [name],
  );
  if (columns.length === 0) throw problem("pull.table_missing", { table: pull.table });
  const names = columns.map((column) => column.name);
  refuseMissing(names, [pull.cursor_column, pull.key_column], pull.table);
  const typeOf = (column: string) => columns.find((c) => c.name === column)?.type ?? "text";
  const [cursor, key] = [quote(pull.cursor_column), quote(pull.key_column)];
  const [cursor_type, key_type] = [typeOf(pull.cursor_column), typeOf(pull.key_column)];
  const selected = names.map((column) => `${quote(column)}::text`).join(", ");
  const base = `select array[${selected}] as cells, ${cursor}::text as cursor, ${key}::text as key from ${name}`;
  const end = `order by ${cursor}, ${key} limit`;
  return {
    columns: names,
    page: async (from, limit) => {
      const rows = await pageRows(from, limit);
      return rows.map((row): PulledRow => ({ ...row, cells: row.cells.map((cell) => cell ?? "") }));
    },
    uncursored: async () => {
      const [row] = await ask<{ n: number }>(
        client,
        pull,
        `select count(*)::int as n from (select 1 from ${name} where ${cursor} is null or ${key} is null limit ${PULL_LIMITS.uncursored_counted_max}) bare`,
      );
      return row?.n ?? 0;
    },
    close: () => client.end(),
  };

  type Raw = { cells: (string | null)[]; cursor: string; key: string };
  function pageRows(from: { after: Position } | { resume: Position } | undefined, limit: number): Promise<Raw[]> {
    const present = `${cursor} is not null and ${key} is not null`;
    if (from === undefined) return ask<Raw>(client, pull, `${base} where ${present} ${end} $1`, [limit]);
    if ("after" in from) {
      const where = `(${cursor}, ${key}) > ($1::text::${cursor_type}, $2::text::${key_type})`;
      return ask<Raw>(client, pull, `${base} where ${where} ${end} $3`, [from.after.cursor, from.after.key, limit]);
    }
    const where = `${cursor} >= $1::text::${cursor_type} ${overlapOf(cursor_type)} and ${present}`;
    return ask<Raw>(client, pull, `${base} where ${where} ${end} $2`, [from.resume.cursor, limit]);
  }
}

/** How far before the last cursor rows are looked at again; texts have no distance. */
function overlapOf(type: string): string {
  if (type.startsWith("timestamp")) return `- interval '${PULL_LIMITS.overlap_seconds} seconds'`;
  if (type === "date") return "- 1";
  if (/^(smallint|integer|bigint|numeric)/.test(type)) return `- ${PULL_LIMITS.overlap_numbers}`;
  return "";
}
