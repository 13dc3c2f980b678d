import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** Files that git knows or would add, so that a scratch file counts before it is committed. */
export function projectFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return listed.split("\n").filter((path) => path !== "" && existsSync(`${ROOT}${path}`));
}

export function readFiles(keep: (path: string) => boolean): SourceFile[] {
  return projectFiles()
    .filter(keep)
    .map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, "utf8") }));
}

const SOURCE = /\.(ts|tsx|mjs)$/;

export function sourceFiles(): SourceFile[] {
  return readFiles((path) => SOURCE.test(path) && !path.endsWith(".d.ts"));
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path) || path.startsWith("tests/") || path.startsWith("bench/");
}

/** Relative import specifiers of a file, resolved to paths from the root. */
export function importsOf(file: SourceFile): { specifier: string; path: string; typeOnly: boolean }[] {
  const found: { specifier: string; path: string; typeOnly: boolean }[] = [];
  const pattern =
    /(?:import|export)\s+(type\s+)?(?:[^"'`;]*?from\s+)?["'](\.[^"']+)["']|import\(\s*["'](\.[^"']+)["']\s*\)/g;
  for (const match of file.text.matchAll(pattern)) {
    const specifier = match[2] ?? match[3] ?? "";
    const path = new URL(specifier, `file:///${file.path}`).pathname.slice(1);
    found.push({ specifier, path, typeOnly: match[1] !== undefined });
  }
  return found;
}
