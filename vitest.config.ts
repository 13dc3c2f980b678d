import { defineConfig } from "vitest/config";
import longOnly from "./tests/long-only.json" with { type: "json" };
import FileOrder from "./tests/support/file-order.ts";

const long = process.env["HUITOU_LONG"] === "1";
/** A busy machine is no failure: what is waited for has time, and no test is decided by how long it took. */
const common = {
  // the full counts of one file take hours where the machine has other work
  testTimeout: process.env["HUITOU_SOAK"] === "1" ? 6 * 3_600_000 : long ? 1_800_000 : 240_000,
  hookTimeout: long ? 1_800_000 : 240_000,
  expect: { poll: { timeout: 60_000 } },
};
/**
 * The files of a worker share its modules: loading all domains anew for each file was 40 % of the computing (half of the
 * database tests: 200 s of CPU with, 120 s without). Nothing in src/ keeps state beside its ground, and each file has a
 * database and a ground of its own; a test that changes what is global puts it back. The long run is not in a hurry.
 */
const shared = { isolate: long };
/** Servers of their own, browsers and kills of later domains: `npm test` stays a matter of minutes without them. */
const exclude = ["**/node_modules/**", ...(long ? [] : longOnly)];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          ...shared,
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "definitions/**/*.test.ts",
            "examples/**/*.test.ts",
            "tests/tidy/**/*.test.ts",
            "scripts/**/*.test.ts",
            "channel-sim/**/*.test.ts",
            "console/src/**/*.test.ts",
          ],
          exclude: ["**/*.db.test.ts", "**/node_modules/**"],
        },
      },
      {
        test: {
          ...common,
          ...shared,
          exclude,
          name: "database",
          include: ["src/**/*.db.test.ts", "tests/{scenarios,conformance}/**/*.test.ts", "examples/**/*.db.test.ts"],
          globalSetup: ["tests/support/global-setup.ts"],
        },
      },
      {
        test: {
          ...common,
          exclude,
          name: "simulation",
          include: ["tests/simulation/**/*.test.ts"],
          fileParallelism: false,
        },
      },
      {
        test: {
          ...common,
          // a Spark that starts its stages on busy cores takes minutes for what it does in seconds afterwards
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
          name: "engines",
          include: ["tests/engines/**/*.test.ts"],
          globalSetup: ["tests/support/global-setup.ts", "tests/engines/global-setup.ts"],
          fileParallelism: false,
        },
      },
      {
        test: {
          ...common,
          exclude,
          name: "e2e",
          include: ["tests/e2e/**/*.e2e.test.ts"],
          globalSetup: ["tests/e2e/global-setup.ts"],
          setupFiles: ["tests/e2e/failed-pages.ts"],
          fileParallelism: false,
        },
      },
    ],
    maxWorkers: 2,
    sequence: { sequencer: FileOrder },
  },
});
