import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that compute longest in the quick and the long run, longest first: one of them begun last would leave the other core idle. A
 * file that is not named comes after them; a wrong place costs seconds, nothing else.
 */
const LONGEST = [
  "src/benefits/entitlements/model.db.test.ts",
  "src/value/datasets.db.test.ts",
  "tests/scenarios/matrix-cells.db.test.ts",
  "src/points/model.db.test.ts",
  "src/tiers/evaluate.db.test.ts",
  "src/trade/arrival.db.test.ts",
  "src/query/engines.db.test.ts",
  "tests/scenarios/sign-in-storm.db.test.ts",
  "src/segments/segments.db.test.ts",
  "src/lake/kept-rows.db.test.ts",
  "src/members/routes.db.test.ts",
  "src/value/clv.db.test.ts",
  "src/ingest/imports/import.db.test.ts",
  "src/tags/tags.db.test.ts",
  "src/tags/routes.db.test.ts",
  "src/tags/full.db.test.ts",
  "src/segments/portrait.db.test.ts",
  "examples/tea-house/truth.test.ts",
  "examples/tea-house/live.test.ts",
];

function placeOf({ moduleId }: TestSpecification): number {
  const at = LONGEST.findIndex((file) => moduleId.replaceAll("\\", "/").endsWith(`/${file}`));
  return at === -1 ? LONGEST.length : at;
}

/** Test files in an order that keeps all cores busy until the end. */
export default class FileOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}
