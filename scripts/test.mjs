// `npm test` runs everything with small counts; `npm run test:long` runs what has full counts, with them.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const long = args.includes("--long");
const rest = args.filter((arg) => arg !== "--long");

/** Test files that have more to do in a long run; the others ran in `npm test` already. */
function longFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : longFiles(path);
    return entry.name.endsWith(".test.ts") && readFileSync(join(root, path), "utf8").includes("HUITOU_LONG")
      ? [path]
      : [];
  });
}
if (long && rest.length === 0) rest.push(...["src", "tests", "examples"].flatMap(longFiles));
const result = spawnSync(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...rest], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, HUITOU_LONG: long ? "1" : "" },
});
process.exit(result.status ?? 1);
