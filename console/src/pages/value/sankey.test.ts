import { describe, expect, it } from "vitest";
import { ribbonPath, sankeyOf } from "./sankey.ts";

const links = [
  { from: "new", to: "growing", members: 30 },
  { from: "new", to: "new", members: 10 },
  { from: "silent", to: "lost", members: 20 },
  { from: "lost", to: "new", members: 0 },
];
const order = ["new", "growing", "silent", "lost"];

describe("the Sankey diagram", () => {
  it("gives each side the members its links have, in the order asked for", () => {
    const { left, right } = sankeyOf(links, order, 200);
    expect(left.map((node) => [node.key, node.members])).toEqual([
      ["new", 40],
      ["silent", 20],
    ]);
    expect(right.map((node) => [node.key, node.members])).toEqual([
      ["new", 10],
      ["growing", 30],
      ["lost", 20],
    ]);
  });
  it("draws both sides on one scale and stays within its height", () => {
    const { left, right, ribbons } = sankeyOf(links, order, 200);
    const [a, b] = [left[0], right[1]];
    expect((a?.height ?? 0) / 40).toBeCloseTo((b?.height ?? 0) / 30);
    for (const node of [...left, ...right]) expect(node.y + node.height).toBeLessThanOrEqual(200);
    expect(ribbons.reduce((sum, ribbon) => sum + ribbon.thickness, 0)).toBeCloseTo(
      left.reduce((s, n) => s + n.height, 0),
    );
  });
  it("stacks the ribbons of a node without a gap", () => {
    const { ribbons } = sankeyOf(links, order, 200);
    const [first, second] = ribbons;
    expect(second?.y_from).toBeCloseTo((first?.y_from ?? 0) + (first?.thickness ?? 0));
    expect(ribbonPath({ from: "new", to: "growing", members: 30, y_from: 0, y_to: 10, thickness: 5 }, 0, 100)).toBe(
      "M0 0C50 0 50 10 100 10V15C50 15 50 5 0 5Z",
    );
  });
  it("is empty without links", () => {
    expect(sankeyOf([], order, 200)).toEqual({ left: [], right: [], ribbons: [] });
  });
});
