import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ROOT } from "./sources.ts";

interface Manifest {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}
const read = (path: string): Manifest => JSON.parse(readFileSync(`${ROOT}${path}`, "utf8")) as Manifest;
const declared = (manifest: Manifest) => Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });

describe("packages", () => {
  it("are declared by exact version", () => {
    const loose = declared(read("package.json")).filter(([, version]) => !/^\d+\.\d+\.\d+([-+.\w]*)$/.test(version));
    expect(loose).toEqual([]);
  });

  it("are installed as declared: an old Node at install time picks no older ones in silence", () => {
    const wrong = declared(read("package.json")).filter(
      ([name, version]) => read(`node_modules/${name}/package.json`).version !== version,
    );
    expect(wrong).toEqual([]);
  });

  it("each has its reason in docs/decisions/dependencies.md", () => {
    const text = readFileSync(`${ROOT}docs/decisions/dependencies.md`, "utf8");
    const names = [...declared(read("package.json")), ...declared(read("console/package.json"))].map(([name]) => name);
    expect(names.filter((name) => !name.startsWith("@types/") && !text.includes(`\`${name}\``))).toEqual([]);
  });
});
