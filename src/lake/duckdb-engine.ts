import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance, version } from "@duckdb/node-api";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { DuckDbSession } from "./duckdb-session.ts";
import { bindValue, columnsOf, readRows } from "./duckdb-value.ts";
import type { EmbeddedEngine, LakeSession, Parameter, QueryOptions, QueryResult, Row } from "./engine.ts";
import { type ManifestFile } from "./layout.ts";
import { currentFiles, newestBatch } from "./manifest-store.ts";
import { loadResident, residentRelations } from "./resident.ts";
import { FILED, RESIDENT, viewOrder, viewSelect } from "./view.ts";
import { lakeFolders, SPILL } from "./writer.ts";

const THREADS = "2";
const ROWS_MAX = 1_000_000;
/** A file that vanished between listing and reading: the batch was replaced, so the query runs again on the new one. */
const ATTEMPTS_MAX = 3;

interface Opened {
  readonly instance: DuckDBInstance;
  /** Where the engine puts rows that do not fit into memory. */
  readonly spill: string;
  /** Batch whose files the views list; 0 before the first. */
  batch_id: number;
  resident_batch_id: number;
}

/** The embedded engine: DuckDB in this process over the lake's files. */
export class DuckDbEngine implements EmbeddedEngine {
  readonly name = "duckdb";
  readonly #ground: Ground;
  #opened: Promise<Opened> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #sessions = new Set<Promise<unknown>>();

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  async version(): Promise<string> {
    return version();
  }

  async query(sql: string, parameters: readonly Parameter[] = [], options: QueryOptions = {}): Promise<QueryResult> {
    const limit = options.rows_max ?? ROWS_MAX;
    return this.#attempt(sql, options, async (connection) => {
      const result = await connection.stream(sql, parameters.map(bindValue));
      const columns = columnsOf(result);
      const rows: Row[] = [];
      for await (const portion of readRows(Promise.resolve(result))) {
        for (const row of portion) rows.push(row);
        if (rows.length > limit) throw problem("lake.too_many_rows", { limit });
      }
      return { columns, rows };
    });
  }

  async *stream(
    sql: string,
    parameters: readonly Parameter[] = [],
    options: QueryOptions = {},
  ): AsyncIterable<readonly Row[]> {
    const connection = await this.#attempt(sql, options, async (opened) => opened, true);
    const interrupt = () => connection.interrupt();
    options.signal?.addEventListener("abort", interrupt);
    try {
      yield* readRows(connection.stream(sql, parameters.map(bindValue)));
    } catch (error) {
      throw this.#failure(error, options);
    } finally {
      options.signal?.removeEventListener("abort", interrupt);
      connection.closeSync();
    }
  }

  async session<T>(sql: string, work: (session: LakeSession) => Promise<T>, options: QueryOptions = {}): Promise<T> {
    const running = this.#attempt(sql, options, (connection) => work(new DuckDbSession(connection)));
    this.#sessions.add(running);
    return running.finally(() => this.#sessions.delete(running));
  }

  async close(): Promise<void> {
    // a copy that is made beside everything else ends first: its memory must not go while it is written
    await Promise.allSettled(this.#sessions);
    const opened = await this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    opened.instance.closeSync();
    await rm(opened.spill, { recursive: true, force: true });
  }

  /** Runs `work` on a connection of its own, over the views of the newest batch. */
  async #attempt<T>(
    sql: string,
    options: QueryOptions,
    work: (connection: DuckDBConnection) => Promise<T>,
    keep = false,
  ): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const connection = await this.#connect(sql, attempt > 1);
      const interrupt = () => connection.interrupt();
      options.signal?.addEventListener("abort", interrupt);
      let failed = true;
      try {
        options.signal?.throwIfAborted();
        const result = await work(connection);
        failed = false;
        return result;
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !isMissingFile(error) || options.signal?.aborted === true)
          throw this.#failure(error, options);
      } finally {
        options.signal?.removeEventListener("abort", interrupt);
        if (failed || !keep) connection.closeSync();
      }
    }
  }

  async #connect(sql: string, reload: boolean): Promise<DuckDBConnection> {
    // One at a time: two queries that find a new batch would make its views twice.
    const ready = this.#turn.then(() => this.#ready(sql, reload));
    this.#turn = ready.catch(() => undefined);
    return (await ready).instance.connect();
  }

  async #ready(sql: string, reload: boolean): Promise<Opened> {
    this.#opened ??= open(this.#ground);
    const opened = await this.#opened;
    const [batch, files] = await this.#ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const newest = (await newestBatch(tx))?.batch_id ?? 0;
      const current = newest === opened.batch_id && !reload;
      return [newest, current ? undefined : await currentFiles(tx)] as const;
    });
    if (files !== undefined) {
      await makeViews(this.#ground, opened.instance, files);
      opened.batch_id = batch;
    }
    const needed = residentRelations(this.#ground.catalogue.all()).filter(
      ({ name }) => sql.includes(`catalogue.${name}`) || sql.includes(`catalogue."${name}"`),
    );
    if (needed.length > 0 && opened.resident_batch_id !== batch) {
      await loadResident(this.#ground, opened.instance, residentRelations(this.#ground.catalogue.all()));
      opened.resident_batch_id = batch;
    }
    return opened;
  }

  #failure(error: unknown, options: QueryOptions): unknown {
    if (options.signal?.aborted === true) return problem("lake.cancelled");
    if (error instanceof Error && error.name === "Problem") return error;
    this.#ground.log.error({ engine: this.name, error: String(error) }, "lake query failed");
    return problem("lake.query_failed", {
      engine: this.name,
      reason: String(error instanceof Error ? error.message : error).slice(0, 300),
    });
  }
}

/** Only the lake's own folder can be reached from SQL, and nothing can be switched back on. */
async function open(ground: Ground): Promise<Opened> {
  const { root } = lakeFolders(ground.config.data_dir);
  // A folder of its own for each process: two engines would write over each other's spilled rows.
  await mkdir(join(root, SPILL), { recursive: true });
  const spill = await mkdtemp(join(root, SPILL, "engine-"));
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: ground.config.duckdb_memory,
    threads: THREADS,
    temp_directory: spill,
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  await connection.run(
    `create schema catalogue; create schema ${FILED}; create schema ${RESIDENT}; attach ':memory:' as kept (compress)`,
  );
  for (const relation of residentRelations(ground.catalogue.all())) await makeEmptyResident(connection, relation);
  await connection.run(`set allowed_directories = ['${`${root}/`.replaceAll("'", "''")}']`);
  await connection.run("set enable_external_access = false");
  await connection.run("set global TimeZone = 'UTC'");
  await connection.run("set lock_configuration = true");
  connection.closeSync();
  return { instance, spill, batch_id: -1, resident_batch_id: -1 };
}

async function makeEmptyResident(
  connection: DuckDBConnection,
  relation: ReturnType<typeof residentRelations>[number],
): Promise<void> {
  await connection.run(`create or replace table ${RESIDENT}.${relation.name} (${relation.form})`);
}

async function makeViews(ground: Ground, instance: DuckDBInstance, files: readonly ManifestFile[]): Promise<void> {
  const { root } = lakeFolders(ground.config.data_dir);
  const byRelation = Map.groupBy(files, (file) => file.relation);
  const connection = await instance.connect();
  try {
    await connection.run("begin");
    for (const relation of viewOrder(ground.catalogue.all())) {
      const paths = (byRelation.get(relation.name) ?? []).map((file) => join(root, file.path));
      await connection.run(`create or replace view catalogue.${relation.name} as ${viewSelect(relation, paths)}`);
      const filed = viewSelect(relation, paths, false);
      await connection.run(`create or replace view ${FILED}.${relation.name} as ${filed}`);
    }
    await connection.run("commit");
  } finally {
    connection.closeSync();
  }
}

function isMissingFile(error: unknown): boolean {
  return error instanceof Error && /No files found|Cannot open file|No such file/i.test(error.message);
}
