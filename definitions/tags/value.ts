import * as q from "../../src/query/builder.ts";
import { defineTag, type TagDefinition } from "../../src/tags/definition.ts";
import { named, one } from "./shared.ts";

const today = "2026-11-22";
const value = {
  owner: "analytics",
  family: "consumption",
  privacy: "L2",
  freshness: "day",
  window_zh: "到上一个已结营业日的 365 天",
  window_en: "365 days to the last closed business day",
} as const;

const tier = (key: string, zh: string, en: string) =>
  named(key, zh, en, `达到${zh}级的门槛`, `The threshold of ${en} is reached`);
/** Tiers of the ladders in definitions/tiers. */
const TIERS = [
  named("ordinary", "普通", "Ordinary", "所有会员的起点", "Where everyone begins"),
  tier("silver", "银卡", "Silver"),
  tier("gold", "金卡", "Gold"),
  tier("platinum", "白金", "Platinum"),
  tier("diamond", "钻石", "Diamond"),
  named("junior", "初级", "Junior", "所有会员的起点", "Where everyone begins"),
  tier("intermediate", "中级", "Intermediate"),
  tier("senior", "高级", "Senior"),
];

/** Layers that the value domain computes; the tags read its relation `rfm`. */
export const VALUE_TAGS: readonly TagDefinition[] = [
  defineTag({
    ...value,
    key: "rfm_class",
    profiling: true,
    zh: "RFM 类别",
    en: "RFM class",
    sentence_zh: "按当前门槛划分的会员类别：A 高频高额，B 高额低频，C 待培育。",
    sentence_en:
      "The class by the present thresholds: A frequent and high value, B high value but infrequent, C to be cultivated.",
    values: [
      named(
        "A",
        "A 高频高额",
        "A frequent, high value",
        "消费与购买天数都达到门槛",
        "Spend and purchase days both reach their thresholds",
      ),
      named(
        "B",
        "B 高额低频",
        "B high value, infrequent",
        "消费达到门槛，购买天数未达",
        "Spend reaches its threshold, purchase days do not",
      ),
      named("C", "C 待培育", "C to be cultivated", "消费未达门槛", "Spend is below its threshold"),
    ],
    expression: q.profile("rfm", "class"),
    reason: {
      zh: "到 {day}：{f} 个购买日，净消费 {m}。",
      en: "To {day}: {f} purchase days, net spend {m}.",
      parts: {
        day: { expression: q.profile("rfm", "business_day") },
        f: { expression: q.profile("rfm", "f"), unit: "number" },
        m: { expression: q.profile("rfm", "m_minor"), unit: "minor" },
      },
    },
    example: {
      today,
      rows: { ...one(), rfm: [{ member_id: 1, class: "B", level: 2 }] },
      value: "B",
      zh: "分层结果为 B。",
    },
  }),
  defineTag({
    ...value,
    key: "rfm_level",
    profiling: true,
    zh: "RFM 级别",
    en: "RFM level",
    sentence_zh: "按最近一次购买距今的天数分为 1、2、3 级，1 级最近。",
    sentence_en: "Level 1, 2 or 3 by the days since the last purchase; 1 is the latest.",
    values: [
      named(
        "1",
        "1 级",
        "Level 1",
        "30 天内买过（门槛可改）",
        "Bought within 30 days (a threshold that can be changed)",
      ),
      named("2", "2 级", "Level 2", "31 至 90 天", "31 to 90 days"),
      named("3", "3 级", "Level 3", "超过 90 天", "More than 90 days"),
    ],
    expression: q.bands(
      q.profile("rfm", "level"),
      [
        [2, "1"],
        [3, "2"],
      ],
      "3",
    ),
    reason: {
      zh: "到 {day}，距上次购买 {r} 天。",
      en: "On {day}, {r} days since the last purchase.",
      parts: {
        day: { expression: q.profile("rfm", "business_day") },
        r: { expression: q.profile("rfm", "r_days"), unit: "number" },
      },
    },
    example: { today, rows: { ...one(), rfm: [{ member_id: 1, class: "B", level: 2 }] }, value: "2", zh: "级别为 2。" },
  }),
  defineTag({
    ...value,
    key: "clv_band",
    profiling: true,
    zh: "生命周期价值段",
    en: "CLV band",
    sentence_zh: "按价值模块算出的会员生命周期价值所在的段；近 365 天没有购买的不给出。",
    sentence_en:
      "The band of the member's lifetime value by the value module; not given without a purchase in 365 days.",
    values: [
      named(
        "high",
        "高",
        "High",
        "达到高段门槛（首次按前 15% 定出，可改）",
        "At or above the border of the high band (first set at the best 15 %)",
      ),
      named(
        "middle",
        "中",
        "Middle",
        "达到中段门槛（首次按前 50% 定出，可改）",
        "At or above the border of the middle band (first set at the upper half)",
      ),
      named("low", "低", "Low", "低于中段门槛", "Below the border of the middle band"),
    ],
    expression: q.profile("clv", "band"),
    reason: {
      zh: "到 {day}：预计价值 {clv}，次均 {order}，预计延续 {years} 年。",
      en: "To {day}: a value of {clv}, {order} a purchase, expected to last {years} years.",
      parts: {
        day: { expression: q.profile("clv", "business_day") },
        clv: { expression: q.profile("clv", "clv_minor"), unit: "minor" },
        order: { expression: q.profile("clv", "order_value_minor"), unit: "minor" },
        years: { expression: q.profile("clv", "years"), unit: "number" },
      },
    },
    example: {
      today,
      rows: { ...one(), clv: [{ member_id: 1, band: "high", clv_minor: 145640 }] },
      value: "high",
      zh: "价值 1,456.40 元，在高段。",
    },
  }),
  defineTag({
    ...value,
    owner: "operations",
    family: "basic",
    key: "tier",
    zh: "会员等级",
    en: "Tier",
    sentence_zh: "会员在主等级体系中的当前等级，每位会员都有且只有一个。",
    sentence_en: "The member's present tier on the primary ladder; everyone has exactly one.",
    // the tiers of the ladders that ship; a tier made in the console is shown by its key
    values: TIERS,
    window_zh: "按等级规则的窗口",
    window_en: "The window of the tier rules",
    expression: q.profile("member_tier", "tier"),
    reason: {
      zh: "{since} 起为{value}，定级额 {amount}。",
      en: "{value} since {since}, qualifying amount {amount}.",
      parts: {
        since: { expression: q.profile("member_tier", "since_day") },
        amount: { expression: q.profile("member_tier", "qualifying_minor"), unit: "minor" },
      },
    },
    example: {
      today,
      rows: { ...one(), member_tier: [{ member_id: 1, ladder: "primary", tier: "gold", tier_rank: 2 }] },
      value: "gold",
      zh: "当前为金卡。",
    },
  }),
];
