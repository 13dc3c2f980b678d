import { computedExpression } from "../../src/tags/abstention.ts";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import {
  Catalogue,
  type CheckedTree,
  checkedTree,
  type DataRow,
  type DataSet,
  planOutputs,
  printPlan,
  spark,
} from "../../src/query/index.ts";
import { TagBook } from "../../src/tags/book.ts";
import { type Engines, type MemberRow, openEngines } from "../support/engines.ts";
import { generatedCatalogue, joined, split } from "../support/generated-catalogue.ts";
import { SparkTables } from "../support/spark-tables.ts";
import { wholeCatalogue } from "../support/whole-catalogue.ts";

const { url, missing } = inject("spark");
const MEMBERS = 40;
const DAYS = ["2024-02-29", "2025-02-28", "2025-12-31", "2026-01-01", "2026-04-30", "2026-11-22"];

describe.skipIf(missing !== "")(`every tag on every engine${missing === "" ? "" : ` (skipped: ${missing})`}`, () => {
  let catalogue: Catalogue;
  let book: TagBook;
  let tables: SparkTables;
  let engines: Engines;

  beforeAll(async () => {
    catalogue = await wholeCatalogue();
    book = new TagBook(TAG_DEFINITIONS, catalogue);
    // those that a person has to switch on as well
    book.follow(new Map(TAG_DEFINITIONS.map(({ key }) => [key, true])));
    tables = await SparkTables.open(url, catalogue);
    engines = await openEngines(inject("postgres").admin_url, catalogue, tables);
  });
  afterAll(async () => {
    await engines?.close();
    await tables?.close();
  });

  /** Stored values and wake-up days as they are computed, and the full values where those are others. */
  function outputsOn(today: string): Record<string, CheckedTree> {
    const { values, wakes } = book.outputs(today);
    const full = [...book.tags]
      .filter(([, tag]) => tag.kind === "since")
      .map(([key, tag]) => [`full_${key}`, tag.tree]);
    return Object.fromEntries([...[...values, ...wakes].map(({ name, tree }) => [name, tree]), ...full]);
  }

  async function expectSame(data: DataSet, today: string): Promise<readonly MemberRow[]> {
    await engines.load(data);
    const found = await engines.run(outputsOn(today), today, { as: "text" });
    for (const engine of ["postgresql", "postgresql_given", "duckdb", "spark"] as const) {
      expect(found[engine], engine).toEqual(found.evaluator);
    }
    return found.evaluator;
  }

  test("all definitions are in the book", () => {
    expect([...book.missing.keys()]).toEqual([]);
    expect([...book.tags.keys()]).toEqual(TAG_DEFINITIONS.map(({ key }) => key));
  });

  const before = new Map<string, readonly MemberRow[]>();
  const varied = new Map<string, Set<string | null>>();
  const generated = (today: string) =>
    generatedCatalogue(catalogue, TAG_DEFINITIONS, { seed: DAYS.indexOf(today), members: MEMBERS, today });

  test.each(DAYS)("on %s: same rows from PostgreSQL, DuckDB, Spark and the naive evaluator", async (today) => {
    const rows = await expectSame(generated(today), today);
    before.set(today, rows);
    for (const row of rows) {
      for (const [key, value] of Object.entries(row)) varied.set(key, (varied.get(key) ?? new Set()).add(value));
    }
  });

  const into = (entries: readonly (readonly [number, number])[]) => new Map(entries);
  test.each([
    [
      "joins",
      "2024-02-29",
      (data: DataSet) =>
        joined(
          data,
          catalogue,
          into([
            [1, 2],
            [3, 40],
            [17, 5],
          ]),
        ),
    ],
    [
      "splits",
      "2025-12-31",
      (data: DataSet) =>
        split(
          data,
          catalogue,
          into([
            [1, 101],
            [4, 102],
          ]),
        ),
    ],
  ] as const)("after %s on %s: other rows than before, and the same from all", async (_, today, change) => {
    const after = await expectSame(change(generated(today)), today);
    expect(after).not.toEqual(before.get(today));
  });

  test("the generated rows make every tag take several values, missing among them", () => {
    const same = [...book.tags.keys()].filter((key) => (varied.get(key)?.size ?? 0) < 2);
    expect(same).toEqual([]);
  });

  test("every worked example holds on Spark", async () => {
    const marked = new Catalogue(
      catalogue.all().map((relation) => ({
        ...relation,
        columns: [...relation.columns, { name: "example", type: "integer", zh: "例", en: "Example" } as const],
      })),
    );
    const all = await SparkTables.open(url, marked);
    try {
      await all.load(examplesTogether());
      const found = await all.rows(TAG_DEFINITIONS.map((_, index) => exampleStatement(index)).join("\nunion all\n"));
      const shown = found.toSorted((a, b) => Number(a["example"]) - Number(b["example"]));
      expect(shown.map((row) => [TAG_DEFINITIONS[Number(row["example"])]?.key, row["value"]])).toEqual(
        TAG_DEFINITIONS.map((definition) => [definition.key, definition.example.value]),
      );
    } finally {
      await all.close();
    }
  });

  /** One statement for the whole: each example sees its own rows only. */
  function exampleStatement(index: number): string {
    const definition = TAG_DEFINITIONS[index];
    if (definition === undefined) throw new Error("no such definition");
    const tree = checkedTree(computedExpression(definition), catalogue, book.references);
    const plan = planOutputs([{ name: "value", tree, as: "text" }], catalogue, definition.example.today);
    const own = {
      ...spark,
      relation: (name: string) => `(select * from ${spark.relation(name)} where example = ${index})`,
    };
    const sql = printPlan(plan, own, { kind: "all" });
    return `select ${index} as example, value from (${sql}) where member_id = 1`;
  }
});

function examplesTogether(): DataSet {
  const together: Record<string, DataRow[]> = {};
  for (const [example, definition] of TAG_DEFINITIONS.entries()) {
    for (const [name, rows] of Object.entries(definition.example.rows)) {
      (together[name] ??= []).push(...rows.map((row) => ({ ...row, example })));
    }
  }
  return together;
}
