import { build as q, type Expression } from "../../src/query/index.ts";
import type { CustomDefinition } from "../../src/tags/custom-definition.ts";

/** A right definition of a tag as the console would make it; `more` changes it. */
export function customTag(key: string, expression: Expression, more: Partial<CustomDefinition> = {}): CustomDefinition {
  return {
    key,
    zh: `自建 ${key}`,
    en: `Made ${key}`,
    sentence_zh: "自己做的标签。",
    sentence_en: "A tag made here.",
    owner: "operations",
    family: "consumption",
    window_zh: "近 365 天",
    window_en: "Last 365 days",
    freshness: "event",
    privacy: "L2",
    expression,
    reason: { zh: "因为是 {value}。", en: "Because it is {value}." },
    ...more,
  };
}

const meaning = (value: string, zh: string, en: string) => ({ value, zh, en, meaning_zh: zh, meaning_en: en });
const valid = { where: q.column("is_valid") };

/** The first condition that holds gives the value. */
export const loyal = customTag(
  "loyal",
  q.choose(
    [
      [q.compare(q.count("orders", { ...valid, window: q.lastDays(90) }), ">=", 2), q.operand("often")],
      [q.compare(q.count("orders", valid), ">=", 1), q.operand("sometimes")],
    ],
    "never",
  ),
  {
    values: [
      meaning("often", "常客", "Often"),
      meaning("sometimes", "来过", "Sometimes"),
      meaning("never", "没来过", "Never"),
    ],
    reason: {
      zh: "近 90 天有 {orders} 单。",
      en: "{orders} orders in 90 days.",
      parts: { orders: { expression: q.count("orders", { ...valid, window: q.lastDays(90) }) } },
    },
  },
);
/** A sum over a history. */
export const yearSpend = customTag("year_spend", q.sum("orders", "net_minor", { ...valid, window: q.lastDays(365) }), {
  unit: "minor",
});
/** A number in bands. */
export const spendBand = customTag(
  "spend_band",
  q.bands(
    q.sum("orders", "net_minor", { ...valid, window: q.lastDays(365) }),
    [
      [10_000, "low"],
      [50_000, "middle"],
    ],
    "high",
  ),
  { values: [meaning("low", "少", "Low"), meaning("middle", "中", "Middle"), meaning("high", "多", "High")] },
);
