import mysql from "mysql2/promise";
import { Problem, problem } from "../../platform/index.ts";
import { PULL_LIMITS } from "./limits.ts";
import {
  type Connection,
  nameParts,
  type PulledRow,
  type PulledTable,
  type PullTable,
  reasonOf,
  refuseMissing,
} from "./pulled-table.ts";

const quote = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** Opens a table of a MySQL or MariaDB database. @throws pull.connect_failed, pull.table_missing, pull.column_missing */
export async function openMysqlTable(connection: Connection, pull: PullTable): Promise<PulledTable> {
  const { host, port, database, user, password } = connection;
  const parts = nameParts(pull.table, "table");
  let session: mysql.Connection;
  try {
    session = await mysql.createConnection({
      host,
      port,
      database,
      user,
      password,
      connectTimeout: PULL_LIMITS.connect_seconds * 1000,
      charset: "utf8mb4",
      rowsAsArray: true,
      // A server must never make this client send it a file.
      flags: ["-LOCAL_FILES"],
    });
  } catch (error) {
    throw problem("pull.connect_failed", { dialect: "MySQL", host, port, reason: reasonOf(error) });
  }
  session.on("error", () => undefined);
  try {
    await prepareSession(session);
    return await tableOf(session, pull, database, parts);
  } catch (error) {
    await session.end().catch(() => undefined);
    throw error;
  }
}

async function prepareSession(session: mysql.Connection): Promise<void> {
  await session.query("set session time_zone = '+00:00'");
  await session.query("set session transaction read only");
  // The first is MySQL's name of the time-out in milliseconds, the second MariaDB's in seconds.
  await session
    .query(`set session max_execution_time = ${PULL_LIMITS.statement_seconds * 1000}`)
    .catch(() => undefined);
  await session.query(`set session max_statement_time = ${PULL_LIMITS.statement_seconds}`).catch(() => undefined);
}

type Cells = readonly (string | number | null)[];

async function ask(
  session: mysql.Connection,
  pull: PullTable,
  text: string,
  values: readonly unknown[] = [],
): Promise<Cells[]> {
  try {
    const [rows] = await session.query({ sql: text, timeout: PULL_LIMITS.statement_seconds * 1000 }, values as never);
    return rows as unknown as Cells[];
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw problem("pull.query_failed", { table: pull.table, reason: reasonOf(error) });
  }
}

async function tableOf(
  session: mysql.Connection,
  pull: PullTable,
  database: string,
  parts: readonly string[],
): Promise<PulledTable> {
  const [schema, table] = parts.length === 2 ? [parts[0], parts[1]] : [database, parts[0]];
  const columns = await ask(
    session,
    pull,
    `select column_name, data_type, column_type from information_schema.columns
     where table_schema = ? and table_name = ? order by ordinal_position`,
    [schema, table],
  );
  if (columns.length === 0) throw problem("pull.table_missing", { table: pull.table });
  const names = columns.map((row) => String(row[0]));
  refuseMissing(names, [pull.cursor_column, pull.key_column], pull.table);
  const typeOf = (name: string) => columns.find((row) => row[0] === name)?.map(String) ?? [];
  const [cursor, key] = [quote(pull.cursor_column), quote(pull.key_column)];
  const cursor_value = parameterOf(typeOf(pull.cursor_column));
  const key_value = parameterOf(typeOf(pull.key_column));
  const selected = names.map((name) => textOf(name, typeOf(name)[1] ?? "")).join(", ");
  const base = `select cast(${cursor} as char), cast(${key} as char), ${selected} from ${parts.map(quote).join(".")}`;
  const end = `order by ${cursor}, ${key} limit`;
  const rowsOf = (rows: readonly Cells[]): PulledRow[] =>
    rows.map(([c, k, ...cells]) => ({
      cursor: String(c),
      key: String(k),
      cells: cells.map((cell) => (cell === null ? "" : String(cell))),
    }));
  return {
    columns: names,
    page: async (from, limit) => {
      const present = `${cursor} is not null and ${key} is not null`;
      if (from === undefined) return rowsOf(await ask(session, pull, `${base} where ${present} ${end} ?`, [limit]));
      if ("after" in from) {
        const { cursor: c, key: k } = from.after;
        const where = `(${cursor} > ${cursor_value} or (${cursor} = ${cursor_value} and ${key} > ${key_value}))`;
        return rowsOf(await ask(session, pull, `${base} where ${where} ${end} ?`, [c, c, k, limit]));
      }
      const where = `${cursor} >= ${cursor_value} ${overlapOf(typeOf(pull.cursor_column)[1] ?? "")} and ${present}`;
      return rowsOf(await ask(session, pull, `${base} where ${where} ${end} ?`, [from.resume.cursor, limit]));
    },
    uncursored: async () => {
      const limit = PULL_LIMITS.uncursored_counted_max;
      const [row] = await ask(
        session,
        pull,
        `select count(*) from (select 1 from ${parts.map(quote).join(".")} where ${cursor} is null or ${key} is null limit ${limit}) bare`,
      );
      return Number(row?.[0] ?? 0);
    },
    close: () => session.end(),
  };
}

/** TIMESTAMP is an instant and comes in UTC by the session's zone: said with a Z. DATETIME is a wall clock. */
function textOf(name: string, data_type: string): string {
  return data_type === "timestamp" ? `concat(cast(${quote(name)} as char), 'Z')` : `cast(${quote(name)} as char)`;
}

/** A parameter is text: it is made the column's own type, or large numbers would be compared as binary fractions. */
function parameterOf([, data_type = "", column_type = ""]: readonly string[]): string {
  if (data_type.endsWith("int")) return column_type.includes("unsigned") ? "cast(? as unsigned)" : "cast(? as signed)";
  if (data_type === "datetime" || data_type === "timestamp") return "cast(? as datetime(6))";
  if (data_type === "date") return "cast(? as date)";
  if (data_type === "decimal") return "cast(? as decimal(65, 10))";
  return "?";
}

function overlapOf(data_type: string): string {
  if (data_type === "datetime" || data_type === "timestamp") return `- interval ${PULL_LIMITS.overlap_seconds} second`;
  if (data_type === "date") return "- interval 1 day";
  if (data_type.endsWith("int") || data_type === "decimal") return `- ${PULL_LIMITS.overlap_numbers}`;
  return "";
}
