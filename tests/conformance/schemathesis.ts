import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** https://schemathesis.readthedocs.io, from PyPI; kept between runs. */
const VERSION = "4.32.5";
const FOLDER = fileURLToPath(new URL(`../../node_modules/.cache/schemathesis-${VERSION}/`, import.meta.url));
const PROGRAM = join(FOLDER, "bin", "schemathesis");

/** Whether this machine can run it: Python with its venv module. */
export const hasPython = spawnSync("python3", ["-c", "import venv, ensurepip"]).status === 0;

/**
 * Every check but one: `positive_data_acceptance` takes what a domain refuses (a page mark that was never given, a
 * threshold below another) for a fault, since no schema can say it.
 */
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "missing_required_header",
  "unsupported_method",
  "allow_header_conformance",
  "use_after_free",
  "ensure_resource_availability",
  "ignored_auth",
];

export interface FuzzOptions {
  readonly url: string;
  /** The cookie's value. */
  readonly session: string;
  readonly phases: readonly ("coverage" | "fuzzing" | "stateful")[];
  /** Cases an operation. */
  readonly cases: number;
  /** So many cases and no others, each time; or cases drawn anew until so many seconds are spent. */
  readonly spends: "the same cases" | { readonly seconds: number };
  /** Addresses that would end the session itself, as a pattern. */
  readonly exclude: string;
  readonly folder: string;
  /** Only addresses like this, as a pattern; empty: all. */
  readonly only?: string | undefined;
}

/** Runs it against a server. @returns its exit code (0: nothing found) and everything it said */
export async function fuzz(options: FuzzOptions): Promise<{ code: number; said: string }> {
  install();
  const settings = join(options.folder, "schemathesis.toml");
  await writeFile(settings, '[auth.openapi.session]\napi_key = "${HUITOU_SESSION}"\n');
  const child = spawn(
    PROGRAM,
    [
      "--config-file",
      settings,
      "run",
      `${options.url}/openapi.json`,
      `--checks=${CHECKS.join(",")}`,
      `--phases=${options.phases.join(",")}`,
      `--max-examples=${options.cases}`,
      ...(options.spends === "the same cases"
        ? ["--generation-deterministic"]
        : [`--max-time=${options.spends.seconds}`]),
      `--exclude-path-regex=${options.exclude}`,
      ...(options.only === undefined || options.only === "" ? [] : [`--include-path-regex=${options.only}`]),
      "--continue-on-failure",
      "--request-timeout=30",
      "--suppress-health-check=all",
      "--no-color",
      "--warnings=off",
    ],
    { env: { ...process.env, HUITOU_SESSION: options.session }, cwd: options.folder },
  );
  let said = "";
  child.stdout.on("data", (piece: Buffer) => (said += piece.toString("utf8")));
  child.stderr.on("data", (piece: Buffer) => (said += piece.toString("utf8")));
  const code = await new Promise<number>((resolve) => child.once("exit", (status) => resolve(status ?? 1)));
  return { code, said };
}

function install(): void {
  if (existsSync(join(FOLDER, "whole"))) return;
  run("python3", ["-m", "venv", FOLDER]);
  run(join(FOLDER, "bin", "pip"), ["install", "--quiet", `schemathesis==${VERSION}`]);
  run("touch", [join(FOLDER, "whole")]);
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
}
