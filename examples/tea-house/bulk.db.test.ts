import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, it } from "vitest";
import { SYSTEM_SCOPE } from "../../src/store/index.ts";
import { withDatabase } from "../../tests/support/database.ts";
import { bulkSql } from "./bulk.ts";

describe("bulk relations", () => {
  const world = withDatabase();

  it.each(["members", "orders", "lines", "events"] as const)(
    "PostgreSQL and DuckDB make the same %s",
    async (relation) => {
      const options = { members: 2_000, seed: 3, until_day: 20_700 } as const;
      const query = (dialect: "postgresql" | "duckdb") =>
        `select * from (${bulkSql({ ...options, dialect })[relation]}) t`;
      const here = await world().ground.store.read(SYSTEM_SCOPE, (tx) =>
        tx.query<Record<string, unknown>>(query("postgresql")),
      );
      const connection = await (await DuckDBInstance.create(":memory:")).connect();
      const there = (await connection.runAndReadAll(query("duckdb"))).getRowObjectsJS();
      const plain = (rows: readonly Record<string, unknown>[]) =>
        rows
          .map((row) => JSON.stringify(row, (_, value) => (typeof value === "bigint" ? Number(value) : value)))
          .sort();
      expect(here.length).toBeGreaterThan(1_900);
      expect(plain(here)).toEqual(plain(there));
    },
  );
});
