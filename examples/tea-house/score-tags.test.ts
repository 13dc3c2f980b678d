import { describe, expect, it } from "vitest";
import { TAG_KEYS } from "../../definitions/tags/index.ts";
import { scoreModule, scoreTable, scoreTags, type Verdict, wilson } from "./score-tags.ts";
import { trueTags } from "./true-tags.ts";
import { truth } from "./truth.ts";
import { createWorld } from "./world.ts";

const verdict = (said: string | null, should: string | null | undefined, nth: number): Verdict => ({
  where: `member ${nth}`,
  said: { tag: said },
  should: should === undefined ? {} : { tag: should },
});
const scored = (...pairs: readonly (readonly [string | null, string | null | undefined])[]) =>
  scoreTags(
    ["tag"],
    pairs.map(([said, should], nth) => verdict(said, should, nth)),
  )[0];

describe("scoring tags", () => {
  it("counts what was said: right, wrong, and said where nothing should be", () => {
    const score = scored(["a", "a"], ["b", "a"], ["a", null]);
    expect(score).toMatchObject({ judged: 3, right: 1, coverage: 1, abstained: 0 });
    expect(score?.accuracy).toBeCloseTo(1 / 3);
    expect(score?.wrong).toEqual(["b instead of a (member 1)", "a instead of nothing (member 2)"]);
  });

  it("takes silence for an abstention, which costs coverage and no accuracy", () => {
    expect(scored(["a", "a"], [null, "a"], [null, null])).toMatchObject({
      judged: 1,
      accuracy: 1,
      coverage: 1 / 3,
      reach: 1 / 2,
      abstained: 1,
    });
  });

  it("leaves out whom the truth knows nothing of", () => {
    expect(scored(["a", undefined])).toMatchObject({ members: 0, judged: 0, accuracy: null, bound: null });
  });

  it("shows a tag that is right only because one value is common", () => {
    const lazy = scored(...Array.from({ length: 95 }, () => ["0", "0"] as const), ["0", "3"], ["0", "1"], ["2", "2"]);
    expect(lazy?.accuracy).toBeGreaterThan(0.97);
    expect(lazy?.rare).toEqual({ judged: 3, right: 1 });
  });

  it("takes numbers that are equal for the same", () => {
    expect(scored(["1.50", "1.5"], ["", "0"])).toMatchObject({ right: 1 });
  });

  it("has the bound of measures.md: 192 of 200 pass, 191 do not", () => {
    expect(wilson(192, 200)).toBeGreaterThanOrEqual(0.92);
    expect(wilson(191, 200)).toBeLessThan(0.92);
  });

  it("says in the table what passed, what is thin and what failed", () => {
    const table = scoreTable(
      [
        ...scoreTags(["good"], [{ where: "", said: { good: "a" }, should: { good: "a" } }]),
        ...scoreTags(["bad"], [{ where: "", said: { bad: "a" }, should: { bad: "b" } }]),
        ...scoreTags(["none"], []),
      ],
      new Map([["good", "好"]]),
    );
    expect(table).toContain("| 好 | `good` | 1 | 100.0% |");
    expect(table).toContain("达标（样本少）");
    expect(table).toContain("未达标");
    expect(table).toContain("无真值");
  });
});

it("keeps the figures as a module, without tags that said nothing", () => {
  const scores = scoreTags(["good", "none"], [{ where: "", said: { good: "a" }, should: { good: "a", none: "b" } }]);
  const module = scoreModule(scores, { members: 1, until: new Date("2026-11-22T00:00:00Z") });
  expect(module).toContain('until: "2026-11-22"');
  expect(module).toContain("good: { judged: 1, right: 1, coverage: 1 },");
  expect(module).not.toContain("none:");
});

describe("the truth of tags", () => {
  const known = truth(createWorld({ members: 400, seed: 3, until: new Date("2026-11-22T08:00:00Z") }));
  const today = known.day + 1;
  const all = [...known.persons.values()].map((one) => ({ one, should: trueTags(known, one, today) }));

  it("knows every tag of the catalogue, but those of the value domain, which it gives apart", () => {
    const keys = new Set(all.flatMap(({ should }) => Object.keys(should)));
    expect(TAG_KEYS.filter((key) => !keys.has(key))).toEqual(["rfm_class", "rfm_level", "clv_band"]);
    expect([...keys].filter((key) => !TAG_KEYS.includes(key))).toEqual([]);
  });

  it("has members for every listed value of the stages of life and the risks", () => {
    const of = (key: string) => new Set(all.map(({ should }) => should[key]));
    expect(of("lifecycle_stage").size).toBe(6);
    expect(of("churn_risk").size).toBe(5);
  });

  it("counts for an inviter what the invited spent", () => {
    const hosts = all.filter(({ should }) => Number(should["invited_members"]) > 0);
    expect(hosts.length).toBeGreaterThan(5);
    expect(hosts.some(({ should }) => Number(should["referral_value"]) > 0)).toBe(true);
    for (const { should } of all) if (should["invited_members"] === "0") expect(should["referral_value"]).toBe("0");
  });
});
