// `npm test` and `npm run test:long`: the same projects, with full counts in the long one.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const long = args.includes("--long");
const rest = args.filter((arg) => arg !== "--long");
const result = spawnSync(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...rest], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, HUITOU_LONG: long ? "1" : "" },
});
process.exit(result.status ?? 1);
