import { defineErrors } from "../../platform/index.ts";

export const errors = defineErrors("benefits", {
  setting_unknown: {
    status: 422,
    zh: "不认识的设置「{field}」。请删除或核对拼写。",
    en: "There is no setting {field}. Remove it or check its spelling.",
  },
  setting_missing: { status: 422, zh: "缺少设置「{field}」。", en: "The setting {field} is missing." },
  setting_value: {
    status: 422,
    zh: "这个值不在允许的范围内（{message}）。",
    en: "This value is not allowed ({message}).",
  },
  setting_kind: { status: 422, zh: "种类应为其中之一：{kinds}。", en: "The kind is one of {kinds}." },
  once_has_no_period: {
    status: 422,
    zh: "只给一次的礼遇没有周期：{what_zh}须写明几天内可用。",
    en: "What is given once has no period: say in how many days {what_en} can be used.",
  },
  remind_too_early: {
    status: 422,
    zh: "提前 {remind_days} 天提醒，但只有 {usable_days} 天可用。请改小。",
    en: "The reminder is {remind_days} days before the end, but it can be used for {usable_days} days only. Make it smaller.",
  },
  remind_nothing: {
    status: 422,
    zh: "这项权益给出即完成，没有要提醒领取的。请去掉提醒。",
    en: "This is done when it is given: there is nothing to remind of. Take the reminder away.",
  },
  ladder_twice: { status: 422, zh: "等级规则「{ladder}」写了两次。", en: "The ladder {ladder} is named twice." },
  coupon_missing: {
    status: 422,
    zh: "没有优惠券「{coupon}」。请先建立并发布它。",
    en: "There is no coupon {coupon}. Make and publish it first.",
  },
  bad_benefit: {
    status: 422,
    zh: "权益有 {count} 处需要修改，第一处在 {place}：{first_zh}",
    en: "The benefit needs {count} corrections. The first, at {place}: {first_en}",
  },
  benefit_unknown: { status: 404, zh: "没有权益「{benefit}」。", en: "There is no benefit {benefit}." },
  benefit_key_differs: {
    status: 409,
    zh: "内容里的编码 {key} 与地址中的 {benefit} 不同。请保持一致。",
    en: "The benefit says its key is {key}, the address says {benefit}. Make them the same.",
  },
  benefit_no_draft: {
    status: 409,
    zh: "权益「{benefit}」没有草稿。请先保存修改。",
    en: "The benefit {benefit} has no draft. Save one first.",
  },
  benefit_days: {
    status: 422,
    zh: "从 {first_day} 到 {last_day} 不行：最早从今天（{today}）起，结束不早于开始，且不早于已排定的版本。",
    en: "It cannot hold from {first_day} to {last_day}: today ({today}) at the earliest, not before a version that is set already, and no end before its beginning.",
  },
  benefit_not_in_force: {
    status: 409,
    zh: "权益「{benefit}」从 {from_day} 起没有生效的版本，不需要停用。",
    en: "No version of the benefit {benefit} holds from {from_day} on: there is nothing to withdraw.",
  },
  benefit_withdrawn_past: {
    status: 422,
    zh: "不能从 {from_day} 停用：最早从今天（{today}）起。",
    en: "It cannot be withdrawn from {from_day}: today ({today}) at the earliest.",
  },
  entitlement_unknown: {
    status: 404,
    zh: "没有编号为 {entitlement_id} 的应得权益。",
    en: "There is no entitlement {entitlement_id}.",
  },
  entitlement_state: {
    status: 409,
    zh: "这项权益{state_zh}，不能领取。",
    en: "This entitlement {state_en}: it cannot be handed out.",
  },
  entitlement_kind: {
    status: 422,
    zh: "「{benefit_zh}」由系统自动兑现，不由门店发放。",
    en: "{benefit_en} is kept by the system, not handed out.",
  },
  birthday_member: {
    status: 404,
    zh: "没有会员 {member_id}。",
    en: "There is no member {member_id}.",
  },
});
