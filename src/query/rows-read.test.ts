import { expect, test } from "vitest";
import { smallShop } from "../../tests/support/small-shop.ts";
import * as q from "./builder.ts";
import { checkedTree } from "./index.ts";
import type { Expression } from "./node.ts";
import { rowsRead } from "./rows-read.ts";

const read = (tree: Expression, tag?: Expression) => {
  const found = rowsRead(checkedTree(tree, smallShop, { tag: () => tag }).root, "events", "kind");
  return typeof found === "string" ? found : [...found].sort();
};
const kind = q.column("kind");

test("which rows decide a value: named ones, any when that is not certain, none of another relation", () => {
  const one = q.count("events", { where: q.and(q.isKnown(kind), q.equals(kind, "store")) });
  expect(read(one)).toEqual(["store"]);
  expect(read(q.add(one, q.count("events", { where: q.isIn(kind, ["mall", "app"]) })))).toEqual([
    "app",
    "mall",
    "store",
  ]);
  expect(read(q.count("events", { where: q.or(q.equals(kind, "a"), q.equals(kind, "b")) }))).toEqual(["a", "b"]);
  expect(read(q.count("events", { where: q.or(q.equals(kind, "a"), q.isKnown(kind)) }))).toEqual("any");
  expect(read(q.count("events", { where: q.not(q.equals(kind, "a")) }))).toEqual("any");
  expect(read(q.add(one, q.count("events")))).toEqual("any");
  expect(read(q.tag("other"), one)).toEqual(["store"]);
  expect(read(q.profile("members", "gender"))).toEqual("none");
});
