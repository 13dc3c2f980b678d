import { expect, it } from "vitest";
import { type Outcome, withNeighbours } from "./cells.ts";

const LEVELS = ["L1", "L2", "L3", "L4"];
const row = (...outcomes: Outcome[]) =>
  outcomes.map((outcome, at) => ({ role: "agent", permission: "tags.read", level: LEVELS[at] ?? "", outcome }));
const after = (before: Outcome[], level: string, outcome: Outcome) => {
  const changed = new Map(withNeighbours(row(...before), level, outcome).map((cell) => [cell.level, cell.outcome]));
  return before.map((old, at) => changed.get(LEVELS[at] ?? "") ?? old);
};

it("closing a level closes those above it, opening one opens those below it", () => {
  expect(after(["allow", "allow", "mask", "deny"], "L2", "deny")).toEqual(["allow", "deny", "deny", "deny"]);
  expect(after(["deny", "deny", "deny", "deny"], "L3", "allow")).toEqual(["allow", "allow", "allow", "deny"]);
  expect(after(["deny", "deny", "deny", "deny"], "L3", "mask")).toEqual(["mask", "mask", "mask", "deny"]);
  expect(after(["allow", "allow", "allow", "allow"], "L2", "step_up")).toEqual([
    "allow",
    "step_up",
    "step_up",
    "step_up",
  ]);
});

it("only what moves is sent", () => {
  expect(withNeighbours(row("allow", "allow", "mask", "deny"), "L3", "mask")).toEqual([]);
  expect(withNeighbours(row("allow", "allow", "mask", "deny"), "L3", "allow")).toHaveLength(1);
});
