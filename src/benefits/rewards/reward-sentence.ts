import { moneyText } from "../coupons/rejection.ts";
import type { Wording } from "../entitlements/benefit-sentence.ts";
import type { RewardDefinition } from "./reward.ts";

/** What a reward costs and who may have it, in one sentence of each language. */
export function rewardSentences(
  { points, cash_minor, currency, member_max, tiers, needs }: RewardDefinition,
  { names }: Pick<Wording, "names">,
): { readonly zh: string; readonly en: string } {
  const cash = cash_minor === 0 ? "" : ` + ${moneyText(cash_minor, currency)}`;
  const said: (readonly [string, string])[] = [[`${points} 积分${cash}`, `${points} points${cash}`]];
  if (tiers.length > 0) {
    const named = tiers.map((tier) => names?.tiers.get(tier) ?? { zh: tier, en: tier });
    said.push([`限${named.map(({ zh }) => zh).join("、")}会员`, `for ${named.map(({ en }) => en).join(", ")} members`]);
  }
  if (member_max !== null) said.push([`每人限 ${member_max} 份`, `${member_max} each at most`]);
  if (needs !== null) said.push([`用去权益 ${needs} 的一次兑换`, `takes one redemption by ${needs}`]);
  return { zh: `${said.map(([zh]) => zh).join("，")}。`, en: `${said.map(([, en]) => en).join(", ")}.` };
}
