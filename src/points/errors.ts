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
});
