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
  reward_stock_limit: {
    status: 422,
    zh: "库存最多 {most} 份。请核对数量。",
    en: "The stock is {most} at most. Check the number.",
  },
  reward_no_draft: {
    status: 409,
    zh: "礼品「{reward}」没有草稿。请先保存修改。",
    en: "The reward {reward} has no draft. Save one first.",
  },
  reward_key_differs: {
    status: 409,
    zh: "内容里的编码 {key} 与地址中的 {reward} 不同。请保持一致。",
    en: "The reward says its key is {key}, the address says {reward}. Make them the same.",
  },
  reward_days: {
    status: 422,
    zh: "从 {first_day} 到 {last_day} 不行：最早从今天（{today}）起，结束不早于开始，且不早于已排定的版本。",
    en: "It cannot hold from {first_day} to {last_day}: today ({today}) at the earliest, not before a version that is set already, and no end before its beginning.",
  },
  reward_needs_unknown: {
    status: 422,
    zh: "没有给出「专属兑换」的权益「{benefit}」。请先建立它，或不要求权益。",
    en: "There is no benefit {benefit} that gives a redemption. Make it first, or ask for none.",
  },
  reward_handing: {
    status: 422,
    zh: "请写明在哪家门店领取，或快递单号，二者写一个。",
    en: "Say in which store it was picked up, or its shipment's number: one of the two.",
  },
  reward_export_too_large: {
    status: 422,
    zh: "一次最多导出 {limit} 张兑换单。请缩小日期或状态范围。",
    en: "An export holds {limit} redemption orders at most. Narrow the days or the state.",
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
