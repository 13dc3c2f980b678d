import { DuckDBInstance } from "@duckdb/node-api";
import pg from "pg";
import {
  type Catalogue,
  type CheckedTree,
  type DataRow,
  type DataSet,
  duckdb,
  evaluate,
  planOutputs,
  postgresql,
  printPlan,
  type Relation,
  type Value,
} from "../../src/query/index.ts";

/** The same small tables on PostgreSQL and DuckDB, and the naive evaluator beside them. */
export interface Engines {
  load(data: DataSet): Promise<void>;
  /** The outputs of every member on each engine, as texts in the units of their type; `sql` is what ran. */
  run(outputs: Readonly<Record<string, CheckedTree>>, today: string): Promise<EngineResults>;
  close(): Promise<void>;
}

export type MemberRow = Readonly<Record<string, string | null>>;
export interface EngineResults {
  readonly evaluator: readonly MemberRow[];
  readonly postgresql: readonly MemberRow[];
  readonly postgresql_given: readonly MemberRow[];
  readonly duckdb: readonly MemberRow[];
  readonly sql: { readonly postgresql: string; readonly duckdb: string };
}

let count = 0;

export async function openEngines(admin_url: string, catalogue: Catalogue): Promise<Engines> {
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
    },
    run: async (outputs, today) => {
      const plan = planOutputs(
        Object.entries(outputs).map(([key, tree]) => ({ name: key, tree })),
        catalogue,
        today,
      );
      const members = (loaded["members"] ?? []).map((row) => Number(row["member_id"]));
      const sql = {
        postgresql: printPlan(plan, postgresql, { kind: "all" }),
        duckdb: printPlan(plan, duckdb, { kind: "all" }),
      };
      const given = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
      const fromDuckdb = await connection.runAndReadAll(sql.duckdb);
      return {
        evaluator: members.map((member) => evaluated(outputs, loaded, catalogue, member, today)).sort(byMember),
        postgresql: (await client.query(sql.postgresql)).rows.map(asTexts).sort(byMember),
        postgresql_given: (await client.query(given, [members])).rows.map(asTexts).sort(byMember),
        duckdb: fromDuckdb.getRowObjectsJson().map(asTexts).sort(byMember),
        sql,
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

function evaluated(
  outputs: Readonly<Record<string, CheckedTree>>,
  data: DataSet,
  catalogue: Catalogue,
  member: number,
  today: string,
): MemberRow {
  const entries = Object.entries(outputs).map(([key, tree]) => [key, evaluate(tree, data, catalogue, member, today)]);
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

function createTable(relation: Relation, names: { text: string; instant: string }): string {
  const columns = relation.columns.map(({ name, type }) => {
    const sql =
      type === "integer" ? "bigint" : type === "text" ? names.text : type === "instant" ? names.instant : type;
    return `"${name}" ${sql}`;
  });
  return `create table catalogue."${relation.name}" (${columns.join(", ")})`;
}

function insertRows(relation: Relation, rows: readonly DataRow[]): string[] {
  if (rows.length === 0) return [];
  const tuples = rows.map((row) => `(${relation.columns.map(({ name }) => literal(row[name] ?? null)).join(", ")})`);
  return [`insert into catalogue."${relation.name}" values ${tuples.join(", ")}`];
}

function literal(value: string | number | boolean | null): string {
  return typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
}
