import { defineConfig } from "vitest/config";

const long = process.env["HUITOU_LONG"] === "1";
const common = { testTimeout: long ? 600_000 : 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: "unit",
          include: [
            "src/**/*.test.ts",
            "definitions/**/*.test.ts",
            "examples/**/*.test.ts",
            "tests/tidy/**/*.test.ts",
            "scripts/**/*.test.ts",
            "console/src/**/*.test.ts",
          ],
          exclude: ["**/*.db.test.ts", "**/node_modules/**"],
        },
      },
      {
        test: {
          ...common,
          name: "database",
          include: ["src/**/*.db.test.ts", "tests/{scenarios,conformance}/**/*.test.ts", "examples/**/*.db.test.ts"],
          globalSetup: ["tests/support/global-setup.ts"],
        },
      },
      {
        test: { ...common, name: "simulation", include: ["tests/simulation/**/*.test.ts"], fileParallelism: false },
      },
      {
        test: {
          ...common,
          name: "engines",
          include: ["tests/engines/**/*.test.ts"],
          globalSetup: ["tests/support/global-setup.ts", "tests/engines/global-setup.ts"],
          fileParallelism: false,
        },
      },
      {
        test: { ...common, name: "e2e", include: ["tests/e2e/**/*.e2e.test.ts"], fileParallelism: false },
      },
    ],
    maxWorkers: 2,
    ...(long ? {} : {}),
  },
});
