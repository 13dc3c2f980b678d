import { existsSync } from "node:fs";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { loadConfig } from "../../src/config.ts";
import { type ClearRecord, ensureSource, type IdentifiedRecord } from "../../src/ingest/index.ts";
import { accept, drainPipeline } from "../../src/ingest/index.ts";
import { hashUuid } from "../../src/platform/index.ts";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import type { TestWorld } from "./database.ts";

/** A file of the real data sets; undefined where they are absent. */
export function dataSet(path: string): string | undefined {
  const place = join(loadConfig(process.env).datasets_dir, path);
  return existsSync(place) ? place : undefined;
}

/** Plain SQL of DuckDB over raw files: the other side of a comparison. */
export async function plainSql<Row>(sql: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2" });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Row[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Makes one member for each customer, through the pipeline. @returns the party of each. */
export async function makeMembers(world: TestWorld, customers: readonly string[]): Promise<Map<string, number>> {
  const source = await ensureSource(world.ground, { key: "crm", name: "CRM", kind: "file" });
  const records = customers.map(
    (customer): ClearRecord => ({
      kind: "member",
      key: customer,
      occurred_at: "2010-01-01T00:00:00Z",
      identities: [{ kind: "crm_id", value: customer }],
      // the city carries the customer through, since identifiers are only tokens behind the edge
      body: { city: customer, joined_at: "2010-01-01T00:00:00Z" },
    }),
  );
  for (let i = 0; i < records.length; i += 1_000)
    await accept(world.ground, source, records.slice(i, i + 1_000), { protocol: "file" });
  await drainPipeline(world.ground);
  const rows = await world.ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query<{ city: string; party_id: number }>(
      "select m.city, p.party_id from catalogue.members m join catalogue.parties p using (member_id)",
    ),
  );
  return new Map(rows.map((row) => [row.city, row.party_id]));
}

/** A record as the trade stage gets it. */
export function tradeRecord(
  kind: "order" | "return",
  number: string,
  at: Date,
  party_id: number | null,
  body: Record<string, unknown>,
): IdentifiedRecord {
  const name = kind === "order" ? "order_no" : "return_no";
  return {
    record_id: hashUuid("test", kind, number),
    source_id: 1,
    source_key: "till",
    undoable: false,
    kind,
    occurred_at: at,
    received_at: at,
    identities: [],
    party_id,
    body: { [name]: number, ...body },
  };
}
