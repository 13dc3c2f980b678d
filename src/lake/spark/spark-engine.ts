import { join } from "node:path";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import type { Relation } from "../../query/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import type { LakeEngine, Parameter, QueryOptions, QueryResult, ResultColumn, Row } from "../engine.ts";
import { isFiled, type ManifestFile, storedColumns } from "../layout.ts";
import { currentFiles, newestBatch } from "../manifest-store.ts";
import { selectFrom, viewOrder } from "../view.ts";
import { lakeFolders } from "../writer.ts";
import { type ArrowRows, readArrow } from "./arrow-rows.ts";
import { type PlanRelation, SparkConnect } from "./connect-client.ts";
import { SparkError } from "./spark-error.ts";
import { sparkSchema } from "./spark-schema.ts";
import { sparkStatement } from "./spark-statement.ts";

const ROWS_MAX = 1_000_000;
const STATEMENT_SECONDS_MAX = 3_600;
const VERSION_SECONDS_MAX = 5;
/** A session's first statement waits for the cluster to wake up. */
const OPEN_SECONDS_MAX = 60;
/** A session that the server forgot, or files that were replaced since the views were made: everything is made anew. */
const ATTEMPTS_MAX = 2;
const STALE = /^(INVALID_HANDLE|TABLE_OR_VIEW_NOT_FOUND|FAILED_READ_FILE|PATH_NOT_FOUND)/;

/** What the statements of `LakeEngine` rely on, whatever the cluster's own settings are. */
const SETTINGS = [
  "spark.sql.ansi.enabled=true",
  "spark.sql.ansi.doubleQuotedIdentifiers=true",
  "spark.sql.session.timeZone=UTC",
];

interface Session {
  readonly connect: SparkConnect;
  /** Batch whose files the views list. */
  batch_id: number;
}

/**
 * The cluster engine: a Spark Connect server that reads the lake's files at their own paths. Relations are temporary views
 * of a session of this process. Personal columns are not there: they do not leave the record store and this process, so
 * a query that asks for them fails.
 */
export class SparkEngine implements LakeEngine {
  readonly name = "spark";
  readonly #ground: Ground;
  readonly #url: string;
  #session: Promise<Session> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ground: Ground, url: string) {
    this.#ground = ground;
    this.#url = url;
  }

  /** Asks the cluster for a sign of life, so the views of a new batch are not made first. */
  async version(): Promise<string> {
    try {
      const { connect } = await this.#opened();
      const rows: Row[] = [];
      const options = { seconds_max: VERSION_SECONDS_MAX };
      for await (const message of connect.query("select version() as version", options)) {
        rows.push(...readArrow(message).rows);
      }
      return String(rows[0]?.["version"]).split(" ")[0] ?? "";
    } catch (error) {
      if (isStale(error)) await this.close();
      throw this.#failure(error, undefined);
    }
  }

  async query(sql: string, parameters: readonly Parameter[] = [], options: QueryOptions = {}): Promise<QueryResult> {
    const limit = options.rows_max ?? ROWS_MAX;
    let columns: readonly ResultColumn[] = [];
    const rows: Row[] = [];
    for await (const part of this.#parts(sql, parameters, options)) {
      columns = part.columns;
      for (const row of part.rows) rows.push(row);
      if (rows.length > limit) throw problem("lake.too_many_rows", { limit });
    }
    return { columns, rows };
  }

  async *stream(
    sql: string,
    parameters: readonly Parameter[] = [],
    options: QueryOptions = {},
  ): AsyncIterable<readonly Row[]> {
    for await (const { rows } of this.#parts(sql, parameters, options)) if (rows.length > 0) yield rows;
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await (await session?.catch(() => undefined))?.connect.close();
  }

  async *#parts(sql: string, parameters: readonly Parameter[], { signal }: QueryOptions): AsyncGenerator<ArrowRows> {
    for (let attempt = 1; ; attempt += 1) {
      let begun = false;
      try {
        signal?.throwIfAborted();
        const { connect } = await this.#ready();
        const options = { seconds_max: STATEMENT_SECONDS_MAX, ...(signal === undefined ? {} : { signal }) };
        for await (const message of connect.query(sparkStatement(sql, parameters), options)) {
          const part = readArrow(message);
          begun = true;
          yield part;
        }
        return;
      } catch (error) {
        if (begun || attempt === ATTEMPTS_MAX || !isStale(error)) throw this.#failure(error, signal);
        await this.close();
      }
    }
  }

  /** The session with views of the newest batch. One caller at a time, or two would make the same views. */
  #ready(): Promise<Session> {
    const ready = this.#turn.then(() => this.#current());
    this.#turn = ready.catch(() => undefined);
    return ready;
  }

  /** A session that could not be opened is tried again by the next caller. */
  #opened(): Promise<Session> {
    this.#session ??= openSession(this.#url).catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    return this.#session;
  }

  async #current(): Promise<Session> {
    const session = await this.#opened();
    const [batch, files] = await this.#ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const newest = (await newestBatch(tx))?.batch_id ?? 0;
      return [newest, newest === session.batch_id ? undefined : await currentFiles(tx)] as const;
    });
    if (files !== undefined) {
      await makeViews(this.#ground, session.connect, files);
      session.batch_id = batch;
    }
    return session;
  }

  #failure(error: unknown, signal: AbortSignal | undefined): unknown {
    if (signal?.aborted === true) return problem("lake.cancelled");
    if (error instanceof Error && error.name === "Problem") return error;
    const reason = error instanceof Error ? error.message : String(error);
    this.#ground.log.error({ engine: this.name, error: reason }, "lake query failed");
    return problem("lake.query_failed", { engine: this.name, reason: reason.slice(0, 300) });
  }
}

function isStale(error: unknown): boolean {
  return error instanceof SparkError && STALE.test(error.error_class ?? "");
}

async function openSession(url: string): Promise<Session> {
  const connect = await SparkConnect.open(url);
  try {
    for (const setting of SETTINGS) await connect.execute(`set ${setting}`, { seconds_max: OPEN_SECONDS_MAX });
    return { connect, batch_id: -1 };
  } catch (error) {
    await connect.close();
    throw error;
  }
}

async function makeViews(ground: Ground, connect: SparkConnect, files: readonly ManifestFile[]): Promise<void> {
  const { root } = lakeFolders(ground.config.data_dir);
  const byRelation = Map.groupBy(files, (file) => file.relation);
  for (const relation of viewOrder(ground.catalogue.all())) {
    const source = `files_${relation.name}`;
    if (isFiled(relation)) {
      const paths = (byRelation.get(relation.name) ?? []).map((file) => `file://${join(root, file.path)}`);
      await connect.makeView(source, filesOf(relation, paths));
    }
    const query = sparkStatement(selectFrom(relation, source, false));
    await connect.makeView(`catalogue_${relation.name}`, { sql: { query } });
  }
}

function filesOf(relation: Relation, paths: readonly string[]): PlanRelation {
  const schema = sparkSchema(storedColumns(relation));
  return paths.length === 0
    ? { local_relation: { schema } }
    : { read: { data_source: { format: "parquet", schema, paths } } };
}
