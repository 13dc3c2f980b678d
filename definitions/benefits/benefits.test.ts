import { describe, expect, it } from "vitest";
import { benefitProblems } from "../../src/benefits/entitlements/benefit-check.ts";
import { LADDERS } from "../tiers/index.ts";
import { PROGRAMMES } from "../points/index.ts";
import { SHIPPED_BENEFITS } from "./benefits.ts";
import { SHIPPED_COUPONS } from "./coupons.ts";

/** Promises that prices and earn rules keep by themselves. */
const KEPT_BY_PRICES = new Set(["point_per_yuan", "price_80", "price_70", "price_50"]);

describe("the benefits that are shipped", () => {
  it.each(SHIPPED_BENEFITS.map((benefit) => [benefit.key, benefit] as const))("%s is sound", (_, benefit) => {
    expect(benefitProblems(benefit)).toEqual([]);
  });

  it("every promise of a shipped ladder is kept by a benefit for that tier, by a price or by a rule", () => {
    const unkept = LADDERS.flatMap((ladder) =>
      ladder.tiers.flatMap((tier) =>
        tier.benefits
          .filter(({ code }) => !KEPT_BY_PRICES.has(code))
          .filter(({ code }) => {
            const audience = SHIPPED_BENEFITS.find(({ key }) => key === code)?.audience;
            return !(
              audience?.kind === "tiers" &&
              audience.of.some((one) => one.ladder === ladder.key && one.tiers.includes(tier.key))
            );
          })
          .map(({ code }) => `${ladder.key} ${tier.key} ${code}`),
      ),
    );
    expect(unkept).toEqual([]);
  });

  it("and every benefit for tiers is a promise of each of these tiers", () => {
    const promised = new Set(
      LADDERS.flatMap(({ key, tiers }) =>
        tiers.flatMap((tier) => tier.benefits.map(({ code }) => `${key} ${tier.key} ${code}`)),
      ),
    );
    const unsaid = SHIPPED_BENEFITS.flatMap(({ key, audience }) =>
      audience.kind !== "tiers"
        ? []
        : audience.of.flatMap(({ ladder, tiers }) => tiers.map((tier) => `${ladder} ${tier} ${key}`)),
    ).filter((one) => !promised.has(one));
    expect(unsaid).toEqual([]);
  });

  it("name ladders, tiers, coupons and rules that ship", () => {
    const tiers = new Set(LADDERS.flatMap(({ key, tiers: steps }) => steps.map((step) => `${key} ${step.key}`)));
    const rules = new Set(PROGRAMMES.flatMap(({ rules: all }) => all.map(({ key }) => key)));
    const coupons = new Set(SHIPPED_COUPONS.map(({ key }) => key));
    for (const { audience, give } of SHIPPED_BENEFITS) {
      if (audience.kind === "tiers")
        for (const part of audience.of)
          for (const tier of part.tiers) expect(tiers).toContain(`${part.ladder} ${tier}`);
      if (give.kind === "points_rule") expect(rules).toContain(give.rule);
      if (give.kind === "coupon") expect(coupons).toContain(give.coupon);
    }
  });
});

describe("what is wrong with a benefit is said in sentences, each place once", () => {
  const [good] = SHIPPED_BENEFITS;
  it.each([
    [
      { ...good, rhythm: { kind: "weekly" } },
      "/rhythm/kind",
      "种类应为其中之一：once / monthly / quarterly / birthday。",
    ],
    [{ ...good, extra: 1 }, "/extra", "不认识的设置「extra」。请删除或核对拼写。"],
    [{ ...good, give: { kind: "coupon" } }, "/give/coupon", "缺少设置「coupon」。"],
    [
      { ...good, rhythm: { kind: "once" } },
      "/usable_days",
      "只给一次的礼遇没有周期：每月专属积分兑换须写明几天内可用。",
    ],
    [{ ...good, usable_days: 5 }, "/remind_days", "提前 5 天提醒，但只有 5 天可用。请改小。"],
    [
      { ...good, give: { kind: "right", right: "x" } },
      "/remind_days",
      "这项权益给出即完成，没有要提醒领取的。请去掉提醒。",
    ],
    [null, "/audience/kind", "种类应为其中之一：tiers / segment / everyone。"],
  ])("%#", (input, path, zh) => {
    const problems = benefitProblems(input);
    expect(problems.find((one) => one.path === path)).toMatchObject({ zh });
    expect(new Set(problems.map((one) => one.path)).size).toBe(problems.length);
  });
});
