import { defineErrors } from "../platform/index.ts";

export const errors = defineErrors("points", {
  bad_amount: {
    status: 422,
    zh: "积分数 {points} 不对：必须是 1 到 {max} 之间的整数。",
    en: "{points} is no number of points: it must be a whole number from 1 to {max}.",
  },
  bad_day: {
    status: 422,
    zh: "有效期末日 {last_day} 早于生效日 {first_day}。请改为同一天或更晚。",
    en: "The last day {last_day} lies before the first day {first_day}. Give the same day or a later one.",
  },
  insufficient_balance: {
    status: 409,
    zh: "可用积分不足：需要 {wanted}，可用 {available}。",
    en: "Not enough points: {wanted} wanted, {available} available.",
  },
  budget_exhausted: {
    status: 409,
    zh: "积分预算「{budget}」不足：需要 {wanted}，剩余 {available}。",
    en: "The points budget {budget} does not suffice: {wanted} wanted, {available} left.",
  },
  budget_limit_reached: {
    status: 409,
    zh: "积分预算「{budget}」{period_zh}限额（{period_key}）不够：需要 {wanted}，还剩 {left}。等下一期，或提高限额后会自动补发。",
    en: "The {period_en} limit of the points budget {budget} ({period_key}) does not suffice: {wanted} wanted, {left} left. Wait for the next period, or raise the limit: what it holds back is given then.",
  },
  budget_below_used: {
    status: 409,
    zh: "预算「{budget}」{period_key} 已发 {used} 分，限额不能低于它（现在合 {cap} 分）。",
    en: "The budget {budget} has given {used} points in {period_key}: its limit cannot be less (it comes to {cap} points now).",
  },
  limit_twice: {
    status: 422,
    zh: "同一种周期（{period}）只能有一个限额，请去掉重复的。",
    en: "There can be one limit for a period of the kind {period}. Remove the other one.",
  },
  worth_unknown: {
    status: 409,
    zh: "预算「{budget}」的限额按金额算，但还没有生效的方案说明积分值多少钱。请先启用一个方案，或改用积分限额。",
    en: "The budget {budget} is limited in money, and no programme says yet what points are worth. Put one in force first, or limit it in points.",
  },
  budget_unknown: {
    status: 404,
    zh: "没有名为「{budget}」的积分预算。请先建立它。",
    en: "There is no points budget {budget}. Make it first.",
  },
  hold_unknown: {
    status: 404,
    zh: "没有编号为 {hold_id} 的积分冻结。",
    en: "There is no hold of points with the number {hold_id}.",
  },
  hold_closed: {
    status: 409,
    zh: "冻结 {hold_id} 已经{state_zh}，不能再动。",
    en: "The hold {hold_id} is {state} already and cannot be used again.",
  },
  hold_too_small: {
    status: 422,
    zh: "冻结 {hold_id} 只有 {held} 积分，不能扣 {wanted}。",
    en: "The hold {hold_id} has {held} points; {wanted} cannot be taken from it.",
  },
  more_than_spent: {
    status: 409,
    zh: "「{reference}」当时花了的积分还剩 {left} 未退，不能退 {wanted}。",
    en: "{left} of the points spent for {reference} can still be given back, not {wanted}.",
  },
  more_than_earned: {
    status: 409,
    zh: "「{reference}」得到的积分还剩 {left} 未收回，不能收回 {wanted}。",
    en: "{left} of the points earned for {reference} can still be taken back, not {wanted}.",
  },
  key_reused: {
    status: 422,
    zh: "幂等键「{key}」已用于另一个内容不同的请求。请换一个新键，或原样重发。",
    en: "The idempotency key {key} was used for a request with other content. Use a new key, or send the same again.",
  },
  bad_key: {
    status: 422,
    zh: "幂等键必须有 1 到 200 个字符。",
    en: "An idempotency key has 1 to 200 characters.",
  },
  too_many: {
    status: 422,
    zh: "一次发放给 {count} 位会员：必须是 1 到 {max} 位。请分批发放。",
    en: "A grant to {count} members: it must be 1 to {max}. Grant in parts.",
  },
  to_itself: {
    status: 422,
    zh: "不能把积分转给自己。请选择另一位会员。",
    en: "Points cannot be transferred to the same member. Choose another one.",
  },
  bad_programme: {
    status: 422,
    zh: "积分方案有 {count} 处需要修改，第一处在 {place}：{first_zh}",
    en: "The points programme needs {count} corrections. The first, at {place}: {first_en}",
  },
  unknown_setting: {
    status: 422,
    zh: "没有名为 {field} 的设置，请删除。",
    en: "There is no setting {field}. Remove it.",
  },
  setting_missing: { status: 422, zh: "缺少 {field}，请补上。", en: "{field} is missing. Add it." },
  too_small: { status: 422, zh: "不能小于 {limit}。", en: "This must not be below {limit}." },
  too_large: { status: 422, zh: "不能大于 {limit}。", en: "This must not be above {limit}." },
  wrong_type: { status: 422, zh: "这里应为{wanted_zh}。", en: "This must be of type {wanted_en}." },
  wrong_value: {
    status: 422,
    zh: "这个值不在允许的范围内（{message}）。",
    en: "This value is not allowed ({message}).",
  },
  unknown_rule_kind: {
    status: 422,
    zh: "规则种类应为其中之一：{kinds}。",
    en: "The kind of a rule is one of {kinds}.",
  },
  rule_key_twice: {
    status: 422,
    zh: "编码 {key} 已用于前面的规则，请换一个。",
    en: "The key {key} is that of a rule above. Choose another one.",
  },
  no_such_day: { status: 422, zh: "没有 {day} 这一天。", en: "There is no day {day}." },
  nothing_to_multiply: {
    status: 422,
    zh: "「{rule}」是倍数，但方案里没有按金额积分的规则可以翻倍。",
    en: "{rule} multiplies, but the programme has no rule by amount to multiply.",
  },
  one_length: {
    status: 422,
    zh: "有效期写月数或天数其中一个。",
    en: "This expiry has a length in months or in days, one of them.",
  },
  programme_not_found: {
    status: 404,
    zh: "没有编码为 {programme} 的积分方案。",
    en: "There is no points programme {programme}.",
  },
  version_not_found: {
    status: 404,
    zh: "积分方案 {programme} 没有第 {version} 版。",
    en: "The points programme {programme} has no version {version}.",
  },
  key_differs: {
    status: 422,
    zh: "方案的编码是 {key}，不是 {programme}。编码一旦使用就不能改。",
    en: "The programme's key is {key}, not {programme}. A key in use is never changed.",
  },
  too_soon: {
    status: 422,
    zh: "最早可以从 {earliest} 起生效：现行方案承诺提前 {notice_days} 天告知会员。",
    en: "It can hold from {earliest} at the earliest: the programme in force promises {notice_days} days' notice.",
  },
  not_before: {
    status: 422,
    zh: "{from_day} 起已有更晚安排的版本。先撤销它，或选更晚的日子。",
    en: "A version is set to hold from {from_day} on already. Take that back first, or choose a later day.",
  },
  none_in_force: {
    status: 409,
    zh: "还没有生效的积分方案。请先启用一个。",
    en: "No points programme is in force yet. Put one in force first.",
  },
  lot_not_found: { status: 404, zh: "没有编号为 {lot_id} 的积分批次。", en: "There is no lot {lot_id}." },
  no_numbers: {
    status: 409,
    zh: "会员 {member_id} 没有可记积分的账号。",
    en: "Member {member_id} has no number that points could belong to.",
  },
  receipt_unknown: {
    status: 404,
    zh: "门店 {store_code} 没有小票号 {order_no}。核对小票上的单号和门店；刚下的单请过几分钟再试。",
    en: "Store {store_code} has no receipt {order_no}. Check number and store; for a sale of this minute try again later.",
  },
  receipt_has_member: {
    status: 409,
    zh: "小票 {order_no} 已记在一位会员名下，积分已给过。",
    en: "Receipt {order_no} belongs to a member already, who has its points.",
  },
  receipt_claimed: {
    status: 409,
    zh: "小票 {order_no} 的积分已经补过一次。",
    en: "The points of receipt {order_no} have been claimed once.",
  },
  receipt_too_old: {
    status: 409,
    zh: "小票 {order_no} 是 {day} 的，超过 {days} 天，不能再补积分。",
    en: "Receipt {order_no} is of {day}, more than {days} days ago: too late to claim its points.",
  },
  budget_exists: {
    status: 409,
    zh: "已有名为「{budget}」的积分预算。",
    en: "There is a points budget {budget} already.",
  },
  replay_days: {
    status: 422,
    zh: "试算的起止日期不对：{from_day} 到 {to_day}，最多 {max} 天，且不晚于今天。",
    en: "These days cannot be replayed: {from_day} to {to_day}; at most {max} days, and none after today.",
  },
  replay_stopped: { status: 409, zh: "试算已停止。", en: "The replay was stopped." },
  activation_holds: {
    status: 409,
    zh: "这次变更已经生效或已撤销，不能再撤销。",
    en: "This change holds already, or was taken back: it cannot be withdrawn.",
  },
  statement_days: {
    status: 422,
    zh: "对账的起止日期不对：{from_day} 到 {to_day}，最多 {max} 天。",
    en: "There is no statement from {from_day} to {to_day}: at most {max} days, the first before the last.",
  },
  nobody: {
    status: 422,
    zh: "没有会员可发：分群是空的，或不在你的门店范围内。",
    en: "There is nobody to give to: the segment is empty, or outside of your stores.",
  },
  bulk_unknown: { status: 404, zh: "没有编号为 {bulk_id} 的批量发放。", en: "There is no bulk grant {bulk_id}." },
  bulk_not_done: {
    status: 409,
    zh: "批量发放 {bulk_id} 还没结束，或已经撤销过。",
    en: "The bulk grant {bulk_id} is not finished, or was undone already.",
  },
});
