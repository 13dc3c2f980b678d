import { beforeAll, describe, expect, test } from "vitest";
import { TAG_DEFINITIONS } from "../../definitions/tags/index.ts";
import { wholeCatalogue } from "../../tests/support/whole-catalogue.ts";
import {
  type Catalogue,
  type Dialect,
  duckdb,
  planOutputs,
  type Population,
  postgresql,
  printPlan,
  spark,
} from "../query/index.ts";
import { TagBook } from "./book.ts";

const TODAY = "2026-11-22";
const POPULATIONS: Readonly<Record<Dialect["name"], Population>> = {
  postgresql: { kind: "given", array: "$1::bigint[]" },
  duckdb: { kind: "all" },
  spark: { kind: "all" },
};

describe("the statement of every tag is reviewed as text", () => {
  let catalogue: Catalogue;
  let book: TagBook;

  beforeAll(async () => {
    catalogue = await wholeCatalogue();
    book = new TagBook(TAG_DEFINITIONS, catalogue);
    book.follow(new Map(TAG_DEFINITIONS.map(({ key }) => [key, true])));
  });

  test.each([postgresql, duckdb, spark])("on $name", async (dialect) => {
    const sections = [...book.tags].map(([key, { definition, stored }]) => {
      const plan = planOutputs([{ name: key, tree: stored, as: "text" }], catalogue, TODAY);
      return `-- ${key} ${definition.zh}: ${definition.sentence_en}\n${printPlan(plan, dialect, POPULATIONS[dialect.name])};\n`;
    });
    await expect(sections.join("\n")).toMatchFileSnapshot(`__snapshots__/${dialect.name}.sql.snap`);
  });
});
