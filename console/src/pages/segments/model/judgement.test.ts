import { describe, expect, it } from "vitest";
import { deciding, partAt } from "./judgement.ts";
import { copyName, refersTo } from "./references.ts";

const leaf = (path: string, holds: boolean) => ({ path, kind: "condition" as const, holds, parts: [] });

describe("why a member is out", () => {
  it("counts the conditions that failed and would have to hold; an or of which nothing holds is one", () => {
    const root = {
      path: "",
      kind: "and" as const,
      holds: false,
      parts: [
        leaf("0", true),
        leaf("1", false),
        { path: "2", kind: "or" as const, holds: false, parts: [leaf("2.0", false), leaf("2.1", false)] },
        { path: "3", kind: "or" as const, holds: true, parts: [leaf("3.0", false), leaf("3.1", true)] },
      ],
    };
    expect(deciding<{ path: string } & Parameters<typeof deciding>[0]>(root).map((part) => part.path)).toEqual([
      "1",
      "2",
    ]);
    expect(deciding(leaf("", true))).toEqual([]);
  });

  it("finds a part of the condition by its path, also inside another segment that is known", () => {
    const wanted = { node: "text", value: "x" };
    const tree = {
      node: "and",
      parts: [
        { node: "segment", id: 3 },
        { node: "not", part: { node: "or", parts: [wanted] } },
      ],
    };
    expect(partAt(tree, "1.0.0")).toBe(wanted);
    expect(partAt(tree, "")).toBe(tree);
    expect(partAt(tree, "0.0")).toBeNull();
    expect(partAt(tree, "0.0.0", (id) => (id === 3 ? { node: "and", parts: [wanted] } : undefined))).toBe(wanted);
    expect(partAt(tree, "7")).toBeNull();
  });
});

describe("who uses a segment", () => {
  it("is found wherever the reference stands in the tree", () => {
    const tree = { node: "and", parts: [{ node: "not", part: { node: "segment", id: 3 } }] };
    expect(refersTo(tree, 3)).toBe(true);
    expect(refersTo(tree, 4)).toBe(false);
  });

  it("and a copy takes a name that nobody has", () => {
    expect(copyName("茶客", [], "副本")).toBe("茶客 副本");
    expect(copyName("茶客", ["茶客 副本", "茶客 副本 2"], "副本")).toBe("茶客 副本 3");
  });
});
