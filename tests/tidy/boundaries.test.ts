import { describe, expect, it } from "vitest";
import { DOMAIN_ORDER, FOUNDATIONS } from "../../src/domains.ts";
import { importsOf, isTest, sourceFiles } from "./sources.ts";

const order: readonly string[] = [...FOUNDATIONS, ...DOMAIN_ORDER];
/** Composition files at the root of src/ see everything; domains see only the types of these. */
const TYPE_ONLY_FROM_ROOT = new Set(["src/ground.ts", "src/domains.ts", "src/config.ts"]);

function domainOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function violationsOf(files: ReturnType<typeof sourceFiles>): string[] {
  const found: string[] = [];
  for (const file of files) {
    const from = domainOf(file.path);
    if (from === undefined || isTest(file.path)) continue;
    for (const target of importsOf(file)) {
      const to = domainOf(target.path);
      if (to === undefined) {
        if (TYPE_ONLY_FROM_ROOT.has(target.path) && target.typeOnly) continue;
        // definitions are data that the domain of the same name runs; everything else outside src/ is out of bounds
        if (target.path.startsWith(`definitions/${from}/`)) continue;
        // flows are given to the domain that runs them, and know nothing of it
        if (from === "robots" && target.path.startsWith("robots/")) continue;
        found.push(
          `${file.path} imports ${target.specifier}: a domain may import only earlier domains (types of ground, domains and config excepted)`,
        );
      } else if (to !== from) {
        if (order.indexOf(to) > order.indexOf(from))
          found.push(
            `${file.path} imports ${target.specifier}: ${to} comes after ${from}; use an outbox event or a stage`,
          );
        const face = target.path === `src/${to}/index.ts` || to === "platform";
        if (!face) found.push(`${file.path} imports ${target.specifier}: go through src/${to}/index.ts`);
      }
    }
  }
  return found;
}

describe("the order of domains", () => {
  it("every folder of src/ has its place in the order", () => {
    const folders = new Set(
      sourceFiles()
        .map((f) => domainOf(f.path))
        .filter((d) => d !== undefined),
    );
    expect([...folders].filter((folder) => !order.includes(folder))).toEqual([]);
  });

  it("a domain imports only earlier domains, through their face", () => {
    expect(violationsOf(sourceFiles())).toEqual([]);
  });

  it("finds a violation when there is one", () => {
    const bad = [
      { path: "src/ingest/x.ts", text: 'import { a } from "../members/index.ts";' },
      { path: "src/members/x.ts", text: 'import { a } from "../ingest/accept.ts";' },
      { path: "src/members/y.ts", text: 'import { a } from "../../console/src/a.ts";' },
    ];
    expect(violationsOf(bad)).toHaveLength(3);
  });

  it("console, mini program and robots import nothing from src/", () => {
    const outside = sourceFiles().filter((f) => /^(console|miniapp|robots)\//.test(f.path));
    const crossing = outside.flatMap((f) =>
      importsOf(f)
        .filter((i) => i.path.startsWith("src/") || i.path.startsWith("definitions/"))
        .map((i) => `${f.path} → ${i.path}`),
    );
    expect(crossing).toEqual([]);
  });

  it("the example world is not part of the product: src/ loads it only to seed", () => {
    const users = sourceFiles().filter(
      (f) => f.path.startsWith("src/") && !isTest(f.path) && importsOf(f).some((i) => i.path.startsWith("examples/")),
    );
    expect(users.map((f) => f.path)).toEqual(["src/demo.ts"]);
  });
});

describe("who touches which tables", () => {
  const schemas = ["store", "vault", "access", ...DOMAIN_ORDER];
  it("a domain's SQL names only its own schema and the catalogue", () => {
    const found: string[] = [];
    for (const file of sourceFiles()) {
      const from = domainOf(file.path);
      if (from === undefined || isTest(file.path)) continue;
      for (const match of file.text.matchAll(
        /\b(?:from|join|into|update|table|delete from)\s+([a-z_]+)\.([a-z_]+)\b/g,
      )) {
        const schema = match[1] ?? "";
        if (schemas.includes(schema) && schema !== from) found.push(`${file.path}: ${match[0]}`);
      }
    }
    expect(found).toEqual([]);
  });
});
