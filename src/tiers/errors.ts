import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("tiers", {
  bad_ladder: {
    status: 422,
    zh: "等级规则有 {count} 处需要修改，第一处在 {place}：{first_zh}",
    en: "The ladder needs {count} corrections. The first, at {place}: {first_en}",
  },
  wrong_shape: { status: 422, zh: "这里应为{wanted_zh}。", en: "This must be {wanted_en}." },
  unknown_field: {
    status: 422,
    zh: "没有名为 {field} 的设置，请删除。",
    en: "There is no setting {field}. Remove it.",
  },
  out_of_range: {
    status: 422,
    zh: "必须在 {min} 到 {max} 之间。",
    en: "This must be between {min} and {max}.",
  },
  too_many: { status: 422, zh: "最多 {max} 项。", en: "At most {max} are possible." },
  lowest_has_entry: {
    status: 422,
    zh: "最低等级接纳所有人，不能有门槛。请删除它的门槛。",
    en: "The lowest tier takes everyone, so it cannot ask for an amount. Remove its threshold.",
  },
  entry_missing: {
    status: 422,
    zh: "除最低等级外，每级都要有门槛。",
    en: "Every tier but the lowest needs a threshold.",
  },
  not_rising: {
    status: 422,
    zh: "门槛必须逐级升高：{tier} 的门槛不高于前一级。",
    en: "Thresholds must rise: that of {tier} is not above the tier before it.",
  },
  renewal_above_entry: {
    status: 422,
    zh: "{tier} 的续级门槛高于入级门槛，会员刚升级就会降级。请改为不高于入级门槛。",
    en: "{tier} asks more to stay than to enter, so members would fall as soon as they rise. Ask at most as much as to enter.",
  },
  key_twice: { status: 422, zh: "编码 {key} 出现了两次。", en: "The key {key} occurs twice." },
  window_in_points: {
    status: 422,
    zh: "成长值的表达式不能自带时间范围：由等级规则的周期决定。请删除 window。",
    en: "An expression of points cannot name a window: the ladder's own is put in. Remove it.",
  },
  points_not_whole: {
    status: 422,
    zh: "成长值的表达式必须得出整数。",
    en: "An expression of points must give a whole number.",
  },
  ladder_not_found: { status: 404, zh: "没有等级规则 {ladder}。", en: "There is no ladder {ladder}." },
  version_not_found: {
    status: 404,
    zh: "等级规则 {ladder} 没有第 {version} 版。",
    en: "The ladder {ladder} has no version {version}.",
  },
  key_taken: {
    status: 409,
    zh: "规则内的编码 {key} 与地址中的 {ladder} 不同。请保持一致，或用新编码另建。",
    en: "The ladder says its key is {key}, the address says {ladder}. Make them the same, or create it under its own key.",
  },
  none_in_force: {
    status: 409,
    zh: "还没有启用任何等级规则。请先启用一个。",
    en: "No ladder is in force yet. Put one in force first.",
  },
  tier_gone: {
    status: 409,
    zh: "现行等级规则里没有要给的等级，没有给。请在旅程里换一个等级。",
    en: "The ladder in force does not have the tier to give, and nothing was given. Choose another tier in the journey.",
  },
  tier_not_found: { status: 404, zh: "现行规则中没有等级 {tier}。", en: "The ladder in force has no tier {tier}." },
  member_not_found: { status: 404, zh: "没有会员 {member_id}。", en: "There is no member {member_id}." },
  grant_not_found: { status: 404, zh: "没有授予 {grant_id}。", en: "There is no grant {grant_id}." },
  grant_over: { status: 409, zh: "授予 {grant_id} 已经结束。", en: "The grant {grant_id} has ended already." },
  grant_in_past: {
    status: 422,
    zh: "有效期 {until_day} 已经过去。请选今天或以后的日期。",
    en: "The last day {until_day} has passed. Choose today or later.",
  },
  bad_rule: {
    status: 422,
    zh: "活跃规则有 {count} 处需要修改，第一处在 {place}：{first_zh}",
    en: "The rule needs {count} corrections. The first, at {place}: {first_en}",
  },
  rule_not_found: { status: 404, zh: "没有活跃规则 {rule}。", en: "There is no rule of activity {rule}." },
  month_invalid: {
    status: 422,
    zh: "月份 {month} 还没有开始。",
    en: "The month {month} has not begun.",
  },
  cursor_invalid: {
    status: 400,
    zh: "翻页标记无效，请从第一页重新开始。",
    en: "The page mark is not valid. Start again from the first page.",
  },
});
