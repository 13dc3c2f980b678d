import { describe, expect, test } from "vitest";
import { changeNode, connect, type Drawn, EMPTY, insertOn, isRemovable, reached, removeNode, waysOf } from "./graph.ts";

const empty: Drawn = { ...EMPTY };

describe("drawing a journey", () => {
  test("a node put on the way in leads to where the way led", () => {
    const { drawn, key } = insertOn(empty, { from: null, way: 0 }, "wait");
    expect(drawn.start).toBe(key);
    expect(waysOf(drawn.nodes[key] ?? { kind: "exit" })).toEqual(["exit"]);
  });

  test("a node put on one way of a split leaves the other as it was", () => {
    const split = insertOn(empty, { from: null, way: 0 }, "random");
    const { drawn, key } = insertOn(split.drawn, { from: split.key, way: 1 }, "message");
    expect(waysOf(drawn.nodes[split.key] ?? { kind: "exit" })).toEqual(["exit", key]);
  });

  test("two nodes of a kind have keys of their own, also after one was taken out", () => {
    const first = insertOn(empty, { from: null, way: 0 }, "wait");
    const second = insertOn(first.drawn, { from: null, way: 0 }, "wait");
    expect(second.key).not.toBe(first.key);
    const third = insertOn(removeNode(second.drawn, first.key), { from: null, way: 0 }, "wait");
    expect(Object.keys(third.drawn.nodes).toSorted()).toEqual(["exit", "wait_1", "wait_2"]);
  });

  test("taking a node out joins what was before and after it", () => {
    const first = insertOn(empty, { from: null, way: 0 }, "wait");
    const second = insertOn(first.drawn, { from: first.key, way: 0 }, "points");
    const drawn = removeNode(second.drawn, first.key);
    expect(drawn.start).toBe(second.key);
    expect(Object.keys(drawn.nodes).toSorted()).toEqual(["exit", second.key]);
  });

  test("taking a split out takes along what only its other way led to", () => {
    const split = insertOn(empty, { from: null, way: 0 }, "condition");
    const yes = insertOn(split.drawn, { from: split.key, way: 0 }, "message");
    const no = insertOn(yes.drawn, { from: split.key, way: 1 }, "points");
    const drawn = removeNode(no.drawn, split.key);
    expect(drawn.start).toBe(yes.key);
    expect(Object.keys(drawn.nodes).toSorted()).toEqual(["exit", yes.key]);
  });

  test("a node in a circle with itself can be taken out", () => {
    const wait = insertOn(empty, { from: null, way: 0 }, "wait_until");
    const drawn = removeNode(connect(wait.drawn, { from: wait.key, way: 0 }, wait.key), wait.key);
    expect(drawn).toMatchObject({ start: "exit", nodes: { exit: { kind: "exit" } } });
  });

  test("a task that is waited for has a second way, which goes with it when nobody waits any more", () => {
    const { drawn, key } = insertOn(empty, { from: null, way: 0 }, "staff_task");
    const waited = changeNode(drawn, key, { otherwise: "exit" });
    expect(waysOf(waited.nodes[key] ?? { kind: "exit" })).toEqual(["exit", "exit"]);
    const { drawn: two, key: note } = insertOn(waited, { from: key, way: 1 }, "message");
    expect(two.nodes[key]).toMatchObject({ next: "exit", otherwise: note });
    expect(waysOf(changeNode(two, key, { otherwise: undefined }).nodes[key] ?? { kind: "exit" })).toEqual(["exit"]);
  });

  test("a jump that is taken out leads on, not back", () => {
    const say = insertOn(empty, { from: null, way: 0 }, "message");
    const jump = insertOn(say.drawn, { from: say.key, way: 0 }, "jump");
    const round = connect(jump.drawn, { from: jump.key, way: 1 }, say.key);
    expect(waysOf(round.nodes[jump.key] ?? { kind: "exit" })).toEqual(["exit", say.key]);
    expect(waysOf(removeNode(round, jump.key).nodes[say.key] ?? { kind: "exit" })).toEqual(["exit"]);
  });

  test("the last end stays", () => {
    expect(isRemovable(empty, "exit")).toBe(false);
    expect(removeNode(empty, "exit")).toEqual(empty);
  });

  test("a setting that is cleared is not kept as nothing", () => {
    const { drawn, key } = insertOn(empty, { from: null, way: 0 }, "wait");
    const at = changeNode(drawn, key, { at: "10:00" });
    expect(at.nodes[key]).toMatchObject({ at: "10:00" });
    expect(Object.keys(changeNode(at, key, { at: undefined }).nodes[key] ?? {})).not.toContain("at");
  });

  test("what no way leads to is not reached", () => {
    const wait = insertOn(empty, { from: null, way: 0 }, "wait");
    expect([...reached(connect(wait.drawn, { from: null, way: 0 }, "exit"))]).toEqual(["exit"]);
  });
});
