import { expect, test } from "vitest";
import { build as q } from "./index.ts";
import { Catalogue } from "./relation.ts";
import { describe } from "./sentence.ts";

const names = {
  tag: () => ({ zh: "近一年消费", en: "Spend, 365 days" }),
  tagValue: (_key: string, value: string) => ({ zh: `¥${Number(value) / 100}`, en: `¥${Number(value) / 100}` }),
};

test("a number beside a tag is said in the unit of the tag, not as it is stored", () => {
  const said = (value: Parameters<typeof q.atLeast>[1]) =>
    describe(q.atLeast(q.tag("spend_365d"), value), new Catalogue(), names);
  expect(said(100_000)).toEqual({ zh: "近一年消费 ≥ ¥1000", en: "Spend, 365 days ≥ ¥1000" });
  expect(said(q.decimal("50.00")).zh).toBe("近一年消费 ≥ ¥0.5");
  expect(describe(q.atLeast(q.tag("unknown"), 7), new Catalogue()).zh).toBe("unknown ≥ 7");
});
