import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { readArrow } from "../../src/lake/spark/arrow-rows.ts";
import { SparkConnect } from "../../src/lake/spark/connect-client.ts";
import { sparkSchema } from "../../src/lake/spark/spark-schema.ts";
import type { Row } from "../../src/lake/index.ts";
import type { Catalogue, DataSet, Relation } from "../../src/query/index.ts";
import { createTable, insertRows } from "./engines.ts";

/** Tables of a catalogue on a Spark, by way of Parquet files that DuckDB wrote. */
export class SparkTables {
  readonly #connect: SparkConnect;
  readonly #catalogue: Catalogue;
  readonly #duckdb: DuckDBConnection;
  readonly #folder: string;
  #loads = 0;

  private constructor(connect: SparkConnect, catalogue: Catalogue, connection: DuckDBConnection, folder: string) {
    this.#connect = connect;
    this.#catalogue = catalogue;
    this.#duckdb = connection;
    this.#folder = folder;
  }

  static async open(url: string, catalogue: Catalogue): Promise<SparkTables> {
    const connection = await (await DuckDBInstance.create(":memory:", { threads: "1" })).connect();
    await connection.run("create schema catalogue");
    for (const relation of catalogue.all()) {
      await connection.run(createTable(relation, { text: "varchar", instant: "timestamptz" }));
    }
    const folder = await mkdtemp(join(tmpdir(), "huitou-tables-"));
    return new SparkTables(await SparkConnect.open(url), catalogue, connection, folder);
  }

  async load(data: DataSet): Promise<void> {
    this.#loads += 1;
    const folder = join(this.#folder, String(this.#loads));
    await mkdir(folder);
    for (const relation of this.#catalogue.all()) await this.#table(relation, data, folder);
  }

  async #table(relation: Relation, data: DataSet, folder: string): Promise<void> {
    const schema = sparkSchema(relation.columns);
    const rows = data[relation.name] ?? [];
    const view = `catalogue_${relation.name}`;
    if (rows.length === 0) return this.#connect.makeView(view, { local_relation: { schema } });
    const place = join(folder, `${relation.name}.parquet`);
    await this.#duckdb.run(`delete from catalogue."${relation.name}"`);
    for (const statement of insertRows(relation, rows)) await this.#duckdb.run(statement);
    await this.#duckdb.run(`copy catalogue."${relation.name}" to '${place}' (format parquet)`);
    return this.#connect.makeView(view, {
      read: { data_source: { format: "parquet", schema, paths: [`file://${place}`] } },
    });
  }

  async rows(sql: string): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const message of this.#connect.query(sql)) rows.push(...readArrow(message).rows);
    return rows;
  }

  async close(): Promise<void> {
    this.#duckdb.closeSync();
    await this.#connect.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
