/** Why a coupon was not applied: the closed list, and what each says. */
const REJECTIONS = {
  unknown_code: ["没有这张优惠券，请核对券码", "There is no such coupon: check the code"],
  member_needed: ["只限会员使用，请先确认会员身份", "For members only: say who it is first"],
  not_owner: ["这张券属于另一位会员", "This coupon belongs to another member"],
  withdrawn: ["这张券已停用", "This coupon has been withdrawn"],
  already_used: ["这张券已经用过或已作废", "This coupon has been used or voided"],
  not_yet_valid: ["{first_day} 起才能使用", "It can be used from {first_day}"],
  expired: ["已于 {last_day} 过期", "It expired on {last_day}"],
  currency: ["只用于 {wanted} 订单，本单为 {given}", "It is for orders in {wanted}; this one is in {given}"],
  wrong_store: ["本店不适用", "Not in this store"],
  wrong_channel: ["本渠道不适用", "Not in this channel"],
  wrong_time: ["不在可用时段：{when_zh}", "Not at this time, but {when_en}"],
  wrong_tier: ["只限等级：{tiers}", "Only for the tiers {tiers}"],
  not_in_segment: ["不在适用人群中", "Not for this member: outside of its segments"],
  no_matching_item: ["没有适用的商品{which_zh}", "No item it is for{which_en}"],
  no_freight: ["本单没有运费", "This order has no freight"],
  quantity_not_reached: ["还差 {missing} 件", "{missing} more pieces are needed"],
  minimum_not_reached: ["还差 {missing}（满 {minimum} 可用）", "{missing} more are needed (from {minimum})"],
  used_up: ["已被领用完", "All of them have been used"],
  member_cap: ["这位会员已达使用上限", "This member has used as many as allowed"],
  period_cap: ["本期已用完", "All of this period have been used"],
  budget_exhausted: [
    "预算不足：需要 {wanted}，剩余 {left}",
    "The budget does not suffice: {wanted} needed, {left} left",
  ],
  order_limit: ["每单最多 {max} 张", "At most {max} in an order"],
  exclusive_with: ["不能与「{other_zh}」同用", "Not together with “{other_en}”"],
  floor_reached: ["商品已到最低价，不能再减", "The items are at their floor price already"],
  no_effect: ["价格已不高于券后价，用了也不会减", "It would give nothing: prices are not above its own"],
} as const satisfies Readonly<Record<string, readonly [zh: string, en: string]>>;

export type RejectionCode = keyof typeof REJECTIONS;
export const REJECTION_CODES = Object.keys(REJECTIONS) as readonly RejectionCode[];
export type RejectionParams = Readonly<Record<string, string | number>>;

export interface Rejection {
  readonly code: RejectionCode;
  readonly params: RejectionParams;
  readonly zh: string;
  readonly en: string;
}

export function rejection(code: RejectionCode, params: RejectionParams = {}): Rejection {
  const [zh, en] = REJECTIONS[code];
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ""));
  return { code, params, zh: fill(zh), en: fill(en) };
}

const money = new Map<string, Intl.NumberFormat>();

/** ¥12.50 of 1250 minor units. */
export function moneyText(minor: number, currency: string): string {
  let format = money.get(currency);
  if (format === undefined) {
    format = new Intl.NumberFormat("zh-CN", { style: "currency", currency });
    money.set(currency, format);
  }
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
