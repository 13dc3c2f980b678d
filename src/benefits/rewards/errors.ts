import { defineErrors } from "../../platform/index.ts";

export const errors = defineErrors("benefits", {
  bad_reward: {
    status: 422,
    zh: "礼品有 {count} 处需要修改，第一处在 {place}：{first_zh}",
    en: "The reward needs {count} corrections. The first, at {place}: {first_en}",
  },
  reward_unknown: { status: 404, zh: "没有礼品「{reward}」。", en: "There is no reward {reward}." },
  reward_closed: {
    status: 409,
    zh: "礼品「{reward}」今天不能兑换。",
    en: "The reward {reward} cannot be redeemed today.",
  },
  reward_not_for: {
    status: 409,
    zh: "「{reward_zh}」不面向这位会员的等级。",
    en: "{reward_en} is not for the tier of this member.",
  },
  reward_needs: {
    status: 409,
    zh: "兑换「{reward_zh}」需要权益「{benefit}」，这位会员本期没有或已用过。",
    en: "{reward_en} takes one redemption by the benefit {benefit}: this member has none left in this period.",
  },
  reward_gone: { status: 409, zh: "「{reward_zh}」已兑完。", en: "No {reward_en} is left." },
  reward_cap: {
    status: 409,
    zh: "「{reward_zh}」每人限兑 {cap} 份，这位会员已兑满。",
    en: "{reward_en} may be redeemed {cap} times by a member, and this one has.",
  },
  reward_stock: {
    status: 409,
    zh: "库存不能少于已占用和已兑出的 {taken} 份。",
    en: "The stock cannot be less than the {taken} that are held or given.",
  },
  reward_order_unknown: { status: 404, zh: "没有兑换单 {order_id}。", en: "There is no redemption order {order_id}." },
  reward_order_state: {
    status: 409,
    zh: "兑换单 {order_id} 现在是「{state_zh}」，不能这样处理。",
    en: "The redemption order {order_id} is {state_en}: this cannot be done with it.",
  },
  reward_order_over: {
    status: 409,
    zh: "兑换单 {order_id} 的保留时间已过，积分已退回。请重新兑换。",
    en: "The redemption order {order_id} was not paid in time and its points are free again. Redeem anew.",
  },
  reward_cash: {
    status: 422,
    zh: "需付现金 {cash_minor}（最小货币单位），收到的是 {paid_minor}。有现金的须写明支付单号。",
    en: "The cash to pay is {cash_minor} (minor units), not {paid_minor}; with its payment's reference.",
  },
  reward_paid_once: {
    status: 409,
    zh: "支付单号「{payment_reference}」已用于另一张兑换单。",
    en: "The payment {payment_reference} belongs to another redemption order.",
  },
});
