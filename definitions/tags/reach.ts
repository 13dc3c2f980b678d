import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { named, one, YES_NO } from "./shared.ts";

const today = "2026-11-22";
const profile = { owner: "data", family: "basic", freshness: "event" } as const;
const whole = { window_zh: "当前资料", window_en: "Profile as it stands" } as const;
const yesNo = (name: string) =>
  q.choose([
    [q.equals(q.member(name), true), "yes"],
    [q.equals(q.member(name), false), "no"],
  ]);

/** Channels with the fact without which nothing can be sent there. */
const CHANNELS = [
  ["sms", "短信", "SMS", "has_phone"],
  ["email", "邮件", "E-mail", "has_email"],
  ["wechat", "微信", "WeChat", "has_openid"],
  ["wecom", "企业微信", "WeCom", "wecom_friend"],
] as const;
type Channel = (typeof CHANNELS)[number];

const REACHES = Array.from({ length: 2 ** CHANNELS.length }, (_, bits) => {
  const found = CHANNELS.filter((_channel, index) => (bits & (1 << index)) !== 0);
  if (found.length === 0)
    return named("none", "不可触达", "None", "没有可用于营销的渠道", "No channel may be used for marketing");
  const [key, zh, en] = [found.map(([code]) => code).join("_"), found.map((c) => c[1]), found.map((c) => c[2])];
  return named(key, zh.join("·"), en.join(" · "), `可用${zh.join("、")}`, `May be reached by ${en.join(", ")}`);
});

/** The name of the set of channels: one question after the other, from a channel on. */
function reachFrom(index: number, found: readonly Channel[]): q.Operand {
  const channel = CHANNELS[index];
  if (channel === undefined) return found.map(([code]) => code).join("_") || "none";
  const may = q.and(
    q.equals(q.member(channel[3]), true),
    q.atLeast(q.count("consents", { where: q.and(granted(), q.equals(q.column("medium"), channel[0])) }), 1),
  );
  return q.choose([[may, reachFrom(index + 1, [...found, channel])]], reachFrom(index + 1, found));
}

/** 基础属性: to whom the member belongs and how they may be reached. */
export const REACH_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...profile,
    ...whole,
    key: "home_store",
    zh: "归属门店",
    en: "Home store",
    codes: "stores",
    sentence_zh: "资料中的归属门店；没有时取最近一次有效订单所在的门店。",
    sentence_en: "The home store in the profile; where there is none, the store of the latest valid order.",
    privacy: "L2",
    expression: q.firstKnown(
      q.member("home_store_code"),
      q.last("orders", "store_code", { where: q.and(q.column("is_valid"), q.isKnown(q.column("store_code"))) }),
    ),
    reason: {
      zh: "归属门店为 {value}（资料：{stated}）。",
      en: "Home store {value} (profile: {stated}).",
      parts: { stated: { expression: q.member("home_store_code") } },
    },
    example: {
      today,
      rows: {
        ...one(),
        orders: [
          {
            order_id: 1,
            member_id: 1,
            placed_at: "2026-05-01 02:00:00+00",
            business_day: "2026-05-01",
            store_code: "S01",
            is_valid: true,
          },
          {
            order_id: 2,
            member_id: 1,
            placed_at: "2026-06-01 02:00:00+00",
            business_day: "2026-06-01",
            store_code: "S02",
            is_valid: true,
          },
        ],
      },
      value: "S02",
      zh: "资料没有归属门店，最近一单在 S02。",
    },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "sales_associate",
    zh: "专属导购",
    en: "Sales associate",
    sentence_zh: "会员绑定的导购工号。",
    sentence_en: "The staff code of the associate to whom the member is bound.",
    privacy: "L2",
    expression: q.member("associate_code"),
    reason: { zh: "资料中的导购是 {value}。", en: "The associate in the profile is {value}." },
    example: { today, rows: one({ associate_code: "A17" }), value: "A17", zh: "绑定导购 A17。" },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "phone_verified",
    zh: "手机已验证",
    en: "Phone verified",
    sentence_zh: "手机号是否经过验证。",
    sentence_en: "Whether the phone number was verified.",
    values: YES_NO("手机号已验证", "The phone was verified", "有记录表明未验证", "Known not to be verified"),
    privacy: "L2",
    expression: yesNo("phone_verified"),
    reason: { zh: "资料中的验证状态：{value}。", en: "Verified according to the profile: {value}." },
    example: { today, rows: one({ phone_verified: true }), value: "yes", zh: "手机号已验证。" },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "wechat_bound",
    zh: "已绑微信",
    en: "WeChat bound",
    sentence_zh: "会员是否绑定了微信。",
    sentence_en: "Whether the member has bound WeChat.",
    values: YES_NO("已绑定微信", "WeChat is bound", "未绑定微信", "WeChat is not bound"),
    privacy: "L2",
    expression: yesNo("wechat_bound"),
    reason: { zh: "资料中的绑定状态：{value}。", en: "Bound according to the profile: {value}." },
    example: { today, rows: one({ wechat_bound: false }), value: "no", zh: "未绑定微信。" },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "wecom_friend",
    zh: "企微好友",
    en: "WeCom friend",
    sentence_zh: "会员是否是企业微信好友。",
    sentence_en: "Whether the member is a WeCom friend.",
    values: YES_NO("是企微好友", "Is a WeCom friend", "不是企微好友", "Is not a WeCom friend"),
    privacy: "L2",
    expression: yesNo("wecom_friend"),
    reason: { zh: "资料中的好友状态：{value}。", en: "Friend according to the profile: {value}." },
    example: { today, rows: one({ wecom_friend: true }), value: "yes", zh: "是企微好友。" },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "marketing_consent",
    zh: "营销同意",
    en: "Marketing consent",
    sentence_zh: "是否至少有一个渠道持有带凭据的营销同意；撤回和缺少凭据的不算。",
    sentence_en:
      "Whether at least one channel holds a proven consent to marketing; withdrawn or unproven ones do not count.",
    values: YES_NO(
      "至少一个渠道同意营销",
      "At least one channel is granted",
      "没有任何渠道有有效同意",
      "No channel has a valid consent",
    ),
    privacy: "L2",
    expression: q.choose([[q.atLeast(q.count("consents", { where: granted() }), 1), "yes"]], "no"),
    reason: {
      zh: "有效的营销同意渠道数：{media}。",
      en: "Channels with a valid consent to marketing: {media}.",
      parts: { media: { expression: q.countDistinct("consents", "medium", { where: granted() }), unit: "number" } },
    },
    example: {
      today,
      rows: {
        ...one(),
        consents: [
          { member_id: 1, purpose: "marketing", medium: "sms", state: "withdrawn" },
          { member_id: 1, purpose: "marketing", medium: "wechat", state: "granted" },
        ],
      },
      value: "yes",
      zh: "短信已撤回，微信仍同意。",
    },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "reachable_channels",
    zh: "可触达渠道",
    en: "Reachable channels",
    sentence_zh: "短信、邮件、微信、企业微信中，既有联系方式、又有带凭据的营销同意的渠道。",
    sentence_en:
      "Of SMS, e-mail, WeChat and WeCom, those for which there is both an address and a proven consent to marketing.",
    values: REACHES,
    privacy: "L2",
    expression: q.operand(reachFrom(0, [])),
    reason: {
      zh: "有效同意的渠道数 {media}；有手机 {phone}、邮箱 {email}、openid {openid}、企微好友 {wecom}。",
      en: "Channels with a valid consent: {media}; phone {phone}, e-mail {email}, openid {openid}, WeCom friend {wecom}.",
      parts: {
        media: { expression: q.countDistinct("consents", "medium", { where: granted() }), unit: "number" },
        phone: { expression: yesNo("has_phone") },
        email: { expression: yesNo("has_email") },
        openid: { expression: yesNo("has_openid") },
        wecom: { expression: yesNo("wecom_friend") },
      },
    },
    example: {
      today,
      rows: {
        ...one({ has_phone: true, has_email: true, has_openid: false, wecom_friend: true }),
        consents: [
          { member_id: 1, purpose: "marketing", medium: "sms", state: "granted" },
          { member_id: 1, purpose: "marketing", medium: "email", state: "withdrawn" },
          { member_id: 1, purpose: "marketing", medium: "wechat", state: "granted" },
          { member_id: 1, purpose: "marketing", medium: "wecom", state: "granted" },
        ],
      },
      value: "sms_wecom",
      zh: "邮件已撤回，微信没有 openid，只剩短信与企业微信。",
    },
  }),
  defineTag({
    ...profile,
    ...whole,
    key: "profile_completeness",
    zh: "资料完整度",
    en: "Profile completeness",
    sentence_zh: "已填写的资料项占全部资料项的比例。",
    sentence_en: "The share of profile fields that are filled.",
    unit: "share",
    privacy: "L2",
    expression: q.ratio(q.member("profile_filled"), q.member("profile_total"), 2),
    reason: {
      zh: "{total} 项资料中填写了 {filled} 项。",
      en: "{filled} of {total} fields are filled.",
      parts: {
        filled: { expression: q.member("profile_filled"), unit: "number" },
        total: { expression: q.member("profile_total"), unit: "number" },
      },
    },
    example: {
      today,
      rows: one({ profile_filled: 5, profile_total: 8 }),
      value: "0.63",
      zh: "8 项填了 5 项，0.625 四舍五入为 0.63。",
    },
  }),
];

function granted() {
  return q.and(q.equals(q.column("purpose"), "marketing"), q.equals(q.column("state"), "granted"));
}
