import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import pg from "pg";
import type { TestWorld } from "./database.ts";

/** Every row of every table, as the superuser reads it, in text. */
export async function dumpOf({ composition }: Pick<TestWorld, "composition">): Promise<string> {
  const { admin_url } = composition.databases;
  const client = new pg.Client({ connectionString: admin_url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const parts: string[] = [];
    for (const { name } of tables) {
      const { rows: lines } = await client.query<{ line: string }>(`select t::text as line from ${name} t`);
      parts.push(...lines.map(({ line }) => `${name}\t${line}`));
    }
    return parts.join("\n");
  } finally {
    await client.end();
  }
}

/** All files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Hits of the values in plain, base64 and hexadecimal; each names the place. */
export function hitsIn(wanted: readonly string[], place: string, content: Buffer): string[] {
  return wanted.flatMap((value) => {
    const bytes = Buffer.from(value);
    const forms: [string, Buffer][] = [
      ["plain", bytes],
      ["hex", Buffer.from(bytes.toString("hex"))],
      // the middle of base64 does not depend on where the value begins
      ...[0, 1, 2].map((shift): [string, Buffer] => {
        const whole = Buffer.concat([Buffer.alloc(shift), bytes])
          .toString("base64")
          .replace(/=+$/, "");
        return ["base64", Buffer.from(whole.slice(shift === 0 ? 0 : 4, -2))];
      }),
    ];
    return forms
      .filter(([, form]) => form.length > 3 && content.includes(form))
      .map(([form]) => `${place}: ${value} in ${form}`);
  });
}

/** All rows of all Parquet files, read by DuckDB. */
export async function lakeText(data_dir: string): Promise<string> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const parquet = (await filesBelow(data_dir)).filter((file) => file.endsWith(".parquet"));
  let text = "";
  for (const file of parquet) {
    const read = await connection.runAndReadAll(`select to_json(t) from read_parquet('${file}') t`);
    text += read.getRows().flat().join("\n");
  }
  connection.closeSync();
  instance.closeSync();
  return text;
}
