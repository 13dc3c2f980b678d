import { DuckDBInstance } from "@duckdb/node-api";
import pg from "pg";
import {
  type Catalogue,
  type CheckedTree,
  type DataRow,
  type DataSet,
  duckdb,
  evaluate,
  type Plan,
  planOutputs,
  postgresql,
  printPlan,
  formatDecimal,
  type Relation,
  scaleOf,
  spark,
  type Value,
} from "../../src/query/index.ts";
import type { SparkTables } from "./spark-tables.ts";

/** The same small tables on PostgreSQL and DuckDB (and Spark where there is one), and the naive evaluator beside them. */
export interface Engines {
  load(data: DataSet): Promise<void>;
  /** The outputs of every member on each engine; `sql` is what ran. */
  run(outputs: Readonly<Record<string, CheckedTree>>, today: string, options?: RunOptions): Promise<EngineResults>;
  /** The rows of any statement over the loaded tables. */
  ask(sql: { readonly postgresql: string; readonly duckdb: string }): Promise<{
    readonly postgresql: readonly MemberRow[];
    readonly duckdb: readonly MemberRow[];
  }>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** As people write the values; otherwise in the units of their type. */
  readonly as?: "text";
  /** On Spark also for the members by their ids; each statement costs it a second. */
  readonly spark_given?: boolean;
}

export type MemberRow = Readonly<Record<string, string | null>>;
export interface EngineResults {
  readonly evaluator: readonly MemberRow[];
  readonly postgresql: readonly MemberRow[];
  readonly postgresql_given: readonly MemberRow[];
  readonly duckdb: readonly MemberRow[];
  /** Absent without a Spark. */
  readonly spark?: readonly MemberRow[];
  /** Absent when it was not asked for. */
  readonly spark_given?: readonly MemberRow[];
  readonly sql: { readonly postgresql: string; readonly duckdb: string; readonly spark: string };
}

let count = 0;

export async function openEngines(
  admin_url: string,
  catalogue: Catalogue,
  sparkTables?: SparkTables,
): Promise<Engines> {
  count += 1;
  const name = `engines_${process.pid}_${count}`;
  const admin = new pg.Client({ connectionString: admin_url });
  await admin.connect();
  await admin.query(`create database "${name}"`);
  const url = new URL(admin_url);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.toString(), types: { getTypeParser: () => String } });
  await client.connect();
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  await client.query("create schema catalogue");
  await connection.run("create schema catalogue");
  for (const relation of catalogue.all()) {
    await client.query(createTable(relation, { text: "text", instant: "timestamptz" }));
    await connection.run(createTable(relation, { text: "varchar", instant: "timestamp" }));
  }
  let loaded: DataSet = {};
  return {
    load: async (data) => {
      loaded = data;
      const statements = catalogue.all().flatMap((relation) => insertRows(relation, data[relation.name] ?? []));
      const clear = catalogue.all().map((relation) => `delete from catalogue."${relation.name}"`);
      await client.query([...clear, ...statements].join(";\n"));
      for (const statement of [...clear, ...statements]) await connection.run(statement);
      await sparkTables?.load(data);
    },
    run: async (outputs, today, { as, spark_given = false } = {}) => {
      const plan = planOutputs(
        Object.entries(outputs).map(([key, tree]) => ({ name: key, tree, ...(as === undefined ? {} : { as }) })),
        catalogue,
        today,
      );
      const members = (loaded["members"] ?? []).map((row) => Number(row["member_id"]));
      const sql = {
        postgresql: printPlan(plan, postgresql, { kind: "all" }),
        duckdb: printPlan(plan, duckdb, { kind: "all" }),
        spark: printPlan(plan, spark, { kind: "all" }),
      };
      const given = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
      const fromDuckdb = await connection.runAndReadAll(sql.duckdb);
      return {
        evaluator: members.map((member) => evaluated(outputs, loaded, catalogue, member, today, as)).sort(byMember),
        postgresql: (await client.query(sql.postgresql)).rows.map(asTexts).sort(byMember),
        postgresql_given: (await client.query(given, [members])).rows.map(asTexts).sort(byMember),
        duckdb: fromDuckdb.getRowObjectsJson().map(asTexts).sort(byMember),
        ...(sparkTables === undefined ? {} : await onSpark(sparkTables, plan, sql.spark, spark_given ? members : [])),
        sql,
      };
    },
    ask: async (sql) => {
      const fromDuckdb = await connection.runAndReadAll(sql.duckdb);
      return {
        postgresql: (await client.query(sql.postgresql)).rows.map(asTexts),
        duckdb: fromDuckdb.getRowObjectsJson().map(asTexts),
      };
    },
    close: async () => {
      connection.closeSync();
      await client.end();
      await admin.query(`drop database "${name}" with (force)`);
      await admin.end();
    },
  };
}

async function onSpark(
  tables: SparkTables,
  plan: Plan,
  sql: string,
  members: readonly number[],
): Promise<Pick<EngineResults, "spark" | "spark_given">> {
  const given = printPlan(plan, spark, { kind: "given", array: `array(${members.join(", ")})` });
  return {
    spark: (await tables.rows(sql)).map(asTexts).sort(byMember),
    ...(members.length === 0 ? {} : { spark_given: (await tables.rows(given)).map(asTexts).sort(byMember) }),
  };
}

function evaluated(
  outputs: Readonly<Record<string, CheckedTree>>,
  data: DataSet,
  catalogue: Catalogue,
  member: number,
  today: string,
  as: "text" | undefined,
): MemberRow {
  const entries = Object.entries(outputs).map(([key, tree]) => {
    const value = evaluate(tree, data, catalogue, member, today);
    return [key, as === "text" && typeof value === "bigint" ? formatDecimal(value, scaleOf(tree.type)) : value];
  });
  return asTexts({ member_id: member, ...(Object.fromEntries(entries) as Record<string, Value>) });
}

function asTexts(row: Record<string, unknown>): MemberRow {
  const entries = Object.entries(row).map(([key, value]) => {
    if (value === null || value === undefined) return [key, null];
    if (value === "t" || value === true) return [key, "true"];
    return [key, value === "f" || value === false ? "false" : String(value)];
  });
  return Object.fromEntries(entries) as MemberRow;
}

function byMember(a: MemberRow, b: MemberRow): number {
  return Number(a["member_id"]) - Number(b["member_id"]);
}

export function createTable(relation: Relation, names: { text: string; instant: string }): string {
  const columns = relation.columns.map(({ name, type }) => {
    const sql =
      type === "integer" ? "bigint" : type === "text" ? names.text : type === "instant" ? names.instant : type;
    return `"${name}" ${sql}`;
  });
  return `create table catalogue."${relation.name}" (${columns.join(", ")})`;
}

export function insertRows(relation: Relation, rows: readonly DataRow[]): string[] {
  if (rows.length === 0) return [];
  const tuples = rows.map((row) => `(${relation.columns.map(({ name }) => literal(row[name] ?? null)).join(", ")})`);
  return [`insert into catalogue."${relation.name}" values ${tuples.join(", ")}`];
}

function literal(value: string | number | boolean | null): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
