import { createWriteStream } from "node:fs";
import { mkdir, open, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { to } from "pg-copy-streams";
import type { Tx } from "../store/index.ts";
import {
  daysOf,
  type DayRange,
  duckType,
  filePath,
  type FiledRelation,
  formOf,
  MONTH_ROWS_MAX,
  storedColumns,
} from "./layout.ts";
import type { NewFile } from "./manifest-store.ts";

/** Enough for sorting a month; the rest of the engine's memory belongs to readers. */
const WRITER_MEMORY = "1GB";
const ROW_GROUP_ROWS = 122_880;

/** Below the lake's folder: one folder for each running engine. */
export const SPILL = "spill";

export interface LakeFolders {
  readonly root: string;
  /** Where copies on their way to a file stand; emptied at every refresh. */
  readonly spool: string;
}

export function lakeFolders(data_dir: string): LakeFolders {
  return { root: join(data_dir, "lake"), spool: join(data_dir, "lake", "spool") };
}

export interface WriterOptions {
  readonly folders: LakeFolders;
  readonly batch_id: number;
  readonly compression?: "zstd" | "uncompressed";
}

/**
 * Writes ranges of relations as Parquet: PostgreSQL → COPY stream → spool file → DuckDB, which sorts and writes. Memory is
 * bounded whatever the size of a range. Nothing it writes is visible until its batch is committed.
 */
export class LakeWriter {
  readonly #options: WriterOptions;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(options: WriterOptions, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#options = options;
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(options: WriterOptions): Promise<LakeWriter> {
    await rm(options.folders.spool, { recursive: true, force: true });
    await mkdir(options.folders.spool, { recursive: true });
    const instance = await DuckDBInstance.create(":memory:", {
      memory_limit: WRITER_MEMORY,
      threads: "2",
      temp_directory: options.folders.spool,
      preserve_insertion_order: "false",
    });
    const connection = await instance.connect();
    await connection.run("set TimeZone = 'UTC'");
    return new LakeWriter(options, instance, connection);
  }

  /** Writes one range (null: the whole relation). @returns the files, none when there are no rows. */
  async write(tx: Tx, relation: FiledRelation, range: DayRange | null): Promise<NewFile[]> {
    const spool = join(this.#options.folders.spool, `${relation.name}.csv`);
    const rows = await copyOut(tx, relation, range, spool);
    try {
      if (rows === 0) return [];
      const source = readSpool(relation, spool);
      if (range === null || rows <= MONTH_ROWS_MAX || range.from_day === range.to_day) {
        return [await this.#file(relation, range, source, rows)];
      }
      return await this.#days(relation, range, source);
    } finally {
      await rm(spool, { force: true });
    }
  }

  /** A month that has grown too large becomes a file a day. */
  async #days(relation: FiledRelation, range: DayRange, source: string): Promise<NewFile[]> {
    const partition = relation.lake.partition ?? "";
    // read once: a month of 0.8 M lines took four minutes when each of its days read the whole of it
    await this.#connection.run(`create or replace temporary table month_rows as select * from ${source}`);
    const counts = await this.#connection.runAndReadAll(
      `select ${partition}::varchar as day, count(*)::int as rows from month_rows group by 1`,
    );
    const byDay = new Map(counts.getRowObjects().map((row) => [String(row["day"]), Number(row["rows"])]));
    const files: NewFile[] = [];
    for (const day of daysOf(range)) {
      const rows = byDay.get(day) ?? 0;
      if (rows === 0) continue;
      const part = `(select * from month_rows where ${partition} = date '${day}')`;
      files.push(await this.#file(relation, { from_day: day, to_day: day }, part, rows));
    }
    await this.#connection.run("drop table month_rows");
    return files;
  }

  async #file(relation: FiledRelation, range: DayRange | null, source: string, rows: number): Promise<NewFile> {
    const path = filePath(relation.name, range, this.#options.batch_id);
    const place = join(this.#options.folders.root, path);
    await mkdir(dirname(place), { recursive: true });
    await this.#connection.run(
      `copy (select * from ${source}${sortOf(relation)}) to ${literal(place)}
       (format parquet, compression ${this.#options.compression ?? "zstd"}, row_group_size ${ROW_GROUP_ROWS})`,
    );
    await flush(place);
    const { size } = await stat(place);
    const days = { from_day: range?.from_day ?? null, to_day: range?.to_day ?? null };
    return { relation: relation.name, ...days, path, form: formOf(relation), rows, bytes: size };
  }

  /** Interrupts what DuckDB does at the moment. */
  interrupt(): void {
    this.#connection.interrupt();
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#options.folders.spool, { recursive: true, force: true });
  }
}

/** A member's rows stand together and in time: they are read member by member, and compress well. */
function sortOf(relation: FiledRelation): string {
  const names = new Set(storedColumns(relation).map((column) => column.name));
  const order = ["party_id", "member_id", relation.instant ?? "", ...relation.key].filter((name) => names.has(name));
  return order.length === 0 ? "" : ` order by ${[...new Set(order)].map((name) => `"${name}"`).join(", ")}`;
}

async function copyOut(tx: Tx, relation: FiledRelation, range: DayRange | null, place: string): Promise<number> {
  const columns = storedColumns(relation).map((column) => `"${column.name}"`);
  const { partition } = relation.lake;
  const filter =
    range === null || partition === null ? "" : ` where ${partition} between '${range.from_day}' and '${range.to_day}'`;
  const source = tx.client.query(
    to(
      `copy (select ${columns.join(", ")} from catalogue.${relation.name}${filter}) to stdout (format csv, encoding 'UTF8')`,
    ),
  );
  await pipeline(source, createWriteStream(place));
  return source.rowCount;
}

/** NULL is nothing between two commas, an empty text is a pair of quotes. */
function readSpool(relation: FiledRelation, place: string): string {
  const columns = storedColumns(relation).map((column) => `'${column.name}': '${duckType(column.type)}'`);
  return `read_csv(${literal(place)}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '',
    allow_quoted_nulls = false, strict_mode = true, max_line_size = 16777216, columns = {${columns.join(", ")}})`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function flush(place: string): Promise<void> {
  const file = await open(place, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
