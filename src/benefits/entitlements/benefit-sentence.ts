import { moneyText } from "../coupons/rejection.ts";
import type { Audience, BenefitDefinition, Give, Rhythm } from "./benefit.ts";
import { isCollected } from "./benefit-check.ts";

type Said = readonly [zh: string, en: string];

/** The names of the tiers of the ladder in force. */
export interface TierNames {
  readonly ladder: string;
  readonly tiers: ReadonlyMap<string, { readonly zh: string; readonly en: string }>;
}

export interface Wording {
  /** Undefined: no ladder is in force. */
  readonly names: TierNames | undefined;
  readonly currency: string;
}

function audienceSaid(audience: Audience, names: TierNames | undefined): Said {
  if (audience.kind === "everyone") return ["每位会员", "Every member"];
  if (audience.kind === "segment")
    return [`分群 #${audience.segment_id} 的会员`, `Members of segment #${audience.segment_id}`];
  const part = audience.of.find(({ ladder }) => ladder === names?.ladder);
  if (part === undefined || names === undefined) {
    const ladders = audience.of.map(({ ladder }) => ladder);
    return [
      `等级规则 ${ladders.join("、")} 生效时其会员`,
      `Members under the ladder ${ladders.join(", ")} once it is in force`,
    ];
  }
  const tiers = part.tiers.map((tier) => names.tiers.get(tier) ?? { zh: tier, en: tier });
  return [`${tiers.map(({ zh }) => zh).join("、")}会员`, `${tiers.map(({ en }) => en).join(", ")} members`];
}

function rhythmSaid(rhythm: Rhythm): Said {
  switch (rhythm.kind) {
    case "once":
      return ["一次", "once"];
    case "monthly":
      return ["每个自然月", "each calendar month"];
    case "quarterly":
      return ["每个自然季度", "each calendar quarter"];
    case "birthday": {
      const { window } = rhythm;
      if (window === "day") return ["生日当天", "on the birthday"];
      if (window === "month") return ["生日当月", "in the month of the birthday"];
      return [`生日前后 ${window.days_around} 天`, `within ${window.days_around} days of the birthday`];
    }
  }
}

function giveSaid(give: Give): Said {
  switch (give.kind) {
    case "coupon":
      return [`得优惠券 ${give.coupon} 一张`, `one coupon ${give.coupon}`];
    case "points": {
      const until: Said =
        give.valid_days === null ? ["", ""] : [`，${give.valid_days} 天内有效`, ` for ${give.valid_days} days`];
      return [`得 ${give.points} 积分${until[0]}`, `${give.points} points${until[1]}`];
    }
    case "right":
      return [`有「${give.right}」的权利`, `the right ${give.right}`];
    case "points_rule":
      return [`按积分规则 ${give.rule} 得分`, `points by the rule ${give.rule}`];
    case "redemption":
      return ["可专属兑换一次", "one exclusive redemption"];
    case "gift":
      return ["到店领一份礼", "a gift in a store"];
    case "invitation":
      return ["受邀一次", "one invitation"];
  }
}

function usableSaid(benefit: BenefitDefinition, currency: string): Said[] {
  const { usable_days, remind_days, cost_minor } = benefit;
  const said: Said[] = [];
  if (usable_days !== null) said.push([`给出后 ${usable_days} 天内可用`, `usable for ${usable_days} days`]);
  else if (isCollected(benefit)) said.push(["当期有效", "within its period"]);
  if (remind_days !== null) said.push([`到期前 ${remind_days} 天提醒`, `reminded ${remind_days} days before its end`]);
  const cost = moneyText(cost_minor, currency);
  if (cost_minor > 0) said.push([`预计每份成本 ${cost}`, `about ${cost} each`]);
  return said;
}

/** What a definition does, in one sentence of each language: the promise is the brand's own words, these are its terms. */
export function benefitTerms(
  benefit: BenefitDefinition,
  { names, currency }: Wording,
): { readonly zh: string; readonly en: string } {
  const parts = [
    audienceSaid(benefit.audience, names),
    rhythmSaid(benefit.rhythm),
    giveSaid(benefit.give),
    ...usableSaid(benefit, currency),
  ];
  return {
    zh: `${parts.map(([zh]) => zh).join("，")}。`,
    en: `${parts.map(([, en]) => en).join(", ")}.`,
  };
}
