import { describe, expect, it } from "vitest";
import { isTest, readFiles, sourceFiles, type SourceFile } from "./sources.ts";

const LINES_MAX = 400;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 160;

/** Start lines and lengths of functions, by matching the brace that opens their body; formatted code only. */
function functionLengths(file: SourceFile): { line: number; length: number }[] {
  const lines = file.text.split("\n");
  const found: { line: number; length: number }[] = [];
  const head =
    /^(\s*)(?:export\s+)?(?:default\s+)?(?:async\s+)?(?:function\b.*|(?:const|let)\s+\w+[^=]*=\s*(?:async\s*)?\(.*|(?:(?:static|async|get|set|override)\s+)*[#\w]+\([^;]*)\{$/;
  for (const [i, text] of lines.entries()) {
    const match = head.exec(text);
    if (match === null || /^\s*(if|for|while|switch|catch|return|describe|it|test)\b/.test(text)) continue;
    const end = lines.findIndex((line, j) => j > i && line.startsWith(`${match[1]}}`));
    if (end > i) found.push({ line: i + 1, length: end - i + 1 });
  }
  return found;
}

describe("files and functions stay small", () => {
  it(`no source file has more than ${LINES_MAX} lines`, () => {
    const long = sourceFiles().filter((f) => f.text.split("\n").length > LINES_MAX + 1);
    expect(long.map((f) => `${f.path}: ${f.text.split("\n").length}`)).toEqual([]);
  });

  it(`no function has more than ${FUNCTION_LINES_MAX} lines`, () => {
    const long = sourceFiles()
      .filter((f) => !isTest(f.path))
      .flatMap((f) =>
        functionLengths(f)
          .filter((x) => x.length > FUNCTION_LINES_MAX)
          .map((x) => `${f.path}:${x.line} has ${x.length}`),
      );
    expect(long).toEqual([]);
  });

  it("measures a long function when there is one", () => {
    const text = ["export function long() {", ...Array<string>(80).fill("  step();"), "}"].join("\n");
    expect(functionLengths({ path: "x.ts", text })).toEqual([{ line: 1, length: 82 }]);
  });

  it(`no line of SQL or prose runs past ${COLUMNS_MAX * 2} columns in code`, () => {
    const wide = sourceFiles().flatMap((f) =>
      f.text.split("\n").flatMap((line, i) => (line.length > COLUMNS_MAX * 2 ? [`${f.path}:${i + 1}`] : [])),
    );
    expect(wide).toEqual([]);
  });
});

describe("names and leftovers", () => {
  it("files are called by nouns in kebab-case; no utils, common, helpers, no -v2", () => {
    const bad = sourceFiles()
      .map((f) => f.path)
      .filter(
        (p) =>
          /(^|\/)(utils?|common|helpers?|misc)(\/|\.|-)|-v\d|_v\d/.test(p) ||
          (/^(src|definitions|tests|bench|examples)\//.test(p) && !/^[a-z0-9./_-]+$/.test(p)),
      );
    expect(bad).toEqual([]);
  });

  it("nothing is exported wholesale and nothing is left to do", () => {
    const marks = new RegExp(["TO", "DO|FIX", "ME|X", "XX|HA", "CK"].join(""));
    const bad = sourceFiles().flatMap((f) => [
      ...(/^export \*/m.test(f.text) ? [`${f.path}: export *`] : []),
      ...(!f.path.startsWith("tests/tidy/") && marks.test(f.text) ? [`${f.path}: a leftover mark`] : []),
    ]);
    expect(bad).toEqual([]);
  });

  it("time, timers, network and environment are asked for only where they enter", () => {
    const allowed = (path: string) =>
      /^src\/(platform|config\.ts|main\.ts|commands\.ts)/.test(path) ||
      path === "src/store/embedded-postgres.ts" ||
      !path.startsWith("src/") ||
      isTest(path);
    const banned =
      /\bDate\.now\(|new Date\(\)|\bsetTimeout\(|\bsetInterval\(|(?<![.\w])fetch\(|\bprocess\.env\b|\bconsole\.\w+\(/;
    const bad = sourceFiles()
      .filter((f) => !allowed(f.path))
      .flatMap((f) =>
        f.text
          .split("\n")
          .flatMap((line, i) =>
            banned.test(line) && !/^\s*(\*|\/\/)/.test(line) ? [`${f.path}:${i + 1}: ${line.trim()}`] : [],
          ),
      );
    expect(bad).toEqual([]);
  });

  it("no text names a package registry or a path of a machine", () => {
    const words = [
      ["registry", "npmjs"].join("."),
      ["", "work", "main"].join("/"),
      ["", "work", "shared"].join("/"),
      ["", "root", ""].join("/"),
    ];
    const files = readFiles((p) => /\.(ts|tsx|mjs|md|json|sql|yml|css|html)$|^\.ci\/|LICENSE/.test(p));
    const bad = files.flatMap((f) => words.filter((w) => f.text.includes(w)).map((w) => `${f.path}: ${w}`));
    expect(bad).toEqual([]);
  });
});
