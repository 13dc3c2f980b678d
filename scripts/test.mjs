// `npm test` runs everything with small counts; `npm run test:long` runs what has full counts, with them;
// `npm run test:engines` runs what needs a real Spark. Further arguments go to vitest.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, setPriority } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const args = process.argv.slice(2);
const long = args.includes("--long");
const rest = args.filter((arg) => arg !== "--long");

/**
 * Three runs side by side: the first keeps the cores busy with computing, the others mostly wait for the servers and
 * browsers that they start and kill. One after the other two thirds of the time were waiting. The computing steps back
 * whenever the others can go on, else the longest chain of waiting ends last, alone on one core.
 */
const GROUPS = [["unit", "database"], ["e2e"], ["simulation"]];

/** Half the time of a database test is the server's: with as many workers as cores a third of the cores idles. */
const WORKERS = ["--maxWorkers", String(availableParallelism() + 1)];

/** Dozens of servers start during a run; with the compiled code of the one before each takes 1.4 s of CPU instead of 2.5. */
const COMPILE_CACHE = join(root, "node_modules", ".cache", "compiled");

/** Test files of the long run alone. */
const LONG_ONLY = new Set(JSON.parse(readFileSync(join(root, "tests", "long-only.json"), "utf8")));

/** Test files that have more to do in a long run; the others ran in `npm test` already. */
function longFiles(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : longFiles(path);
    if (!entry.name.endsWith(".test.ts")) return [];
    return LONG_ONLY.has(path) || readFileSync(join(root, path), "utf8").includes("HUITOU_LONG") ? [path] : [];
  });
}

/** Runs vitest. @returns its exit code and everything it printed; `show` prints at once, `behind` gives way */
function vitest(more, show, behind = false) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, "node_modules", "vitest", "vitest.mjs"), "run", ...more], {
      cwd: root,
      stdio: ["inherit", "pipe", "pipe"],
      env: {
        ...process.env,
        HUITOU_LONG: long ? "1" : "",
        NODE_COMPILE_CACHE: COMPILE_CACHE,
        ...(process.stdout.isTTY ? { FORCE_COLOR: "1" } : {}),
      },
    });
    if (behind) stepBack(child.pid);
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        chunks.push(chunk);
        if (show) process.stdout.write(chunk);
      });
    }
    child.on("close", (code) => resolve({ code: code ?? 1, text: Buffer.concat(chunks).toString("utf8") }));
  });
}

/** Gives way to the processes beside; what it starts inherits that. */
function stepBack(pid) {
  try {
    setPriority(pid, 10);
  } catch {
    // a system without priorities: the order of finishing changes, nothing else
  }
}

/** The counts of vitest's closing line: "Tests  1 failed | 819 passed | 7 skipped (827)". */
function countsOf(text) {
  const line = stripVTControlCharacters(text).match(/^\s*Tests\s+(.+)$/m)?.[1] ?? "";
  const count = (word) => Number(line.match(new RegExp(`(\\d+) ${word}`))?.[1] ?? 0);
  return { passed: count("passed"), failed: count("failed"), skipped: count("skipped") };
}

/** What vitest says of each failure, so that it also stands at the end, where whoever reads a long log looks first. */
function failuresOf(text) {
  const at = text.search(/^.*Failed (Tests|Suites) \d+/m);
  return at < 0 ? "" : text.slice(at);
}

async function run() {
  if (rest.length > 0) return [await vitest(rest, true)];
  const files = long ? ["src", "tests", "examples"].flatMap(longFiles) : [];
  const [shown, ...others] = GROUPS.map((projects, at) =>
    vitest(
      [...projects.flatMap((name) => ["--project", name]), ...(at === 0 ? WORKERS : []), ...files],
      at === 0,
      at === 0,
    ),
  );
  const first = await shown;
  const later = await Promise.all(others);
  for (const { text } of later) process.stdout.write(text);
  return [first, ...later];
}

const results = await run();
const total = results.map(({ text }) => countsOf(text));
for (const { text } of results.filter(({ code }) => code !== 0)) console.log(failuresOf(text) || text.slice(-20_000));
const sum = (key) => total.reduce((all, one) => all + one[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exit(results.find(({ code }) => code !== 0)?.code ?? 0);
