import { describe, expect, it } from "vitest";

interface Tree {
  readonly [key: string]: string | Tree;
}

const files: Record<string, { default: Tree }> = import.meta.glob("./*/{zh,en}.json", { eager: true });

/** "count.title" → its sentence, for every text of a tree. */
const flat = (tree: Tree, before = ""): readonly [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): readonly [string, string][] =>
    typeof value === "string" ? [[before + key, value]] : flat(value, `${before}${key}.`),
  );
const placeholders = (text: string): readonly string[] =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name).sort();

describe("texts of pages", () => {
  const folders = [...new Set(Object.keys(files).map((path) => path.split("/")[1] ?? ""))];
  it.each(folders)("%s says everything in Chinese and English, with the same placeholders", (folder) => {
    const zh = new Map(flat(files[`./${folder}/zh.json`]?.default ?? {}));
    const en = new Map(flat(files[`./${folder}/en.json`]?.default ?? {}));
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
    for (const [key, text] of zh) expect([key, placeholders(en.get(key) ?? "")]).toEqual([key, placeholders(text)]);
  });
});
