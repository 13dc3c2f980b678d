import type { Column, ColumnType, Relation } from "../query/index.ts";

const column = (name: string, type: ColumnType, zh: string, en: string, options: Partial<Column> = {}): Column => ({
  name,
  type,
  zh,
  en,
  ...options,
});

const rfm: Relation = {
  name: "rfm",
  zh: "RFM 分层",
  en: "RFM",
  grain_zh: "每行是一位在 365 天内买过的会员",
  grain_en: "One row is one member with a purchase in the 365 days",
  per_member: "one",
  profiling: true,
  key: ["member_id"],
  lake: { partition: null },
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    column("business_day", "date", "计算日", "Day D"),
    column("last_purchase_day", "date", "最近购买日", "Last purchase day"),
    column("r_days", "integer", "距最近购买天数", "Days since the last purchase", { unit: "days" }),
    column("f", "integer", "购买日数", "Purchase days", { unit: "count" }),
    column("m_minor", "integer", "净消费", "Net spend", { unit: "minor" }),
    column("class", "text", "类", "Class", {
      values: [
        { value: "A", zh: "A 高价值且常买", en: "A frequent and high value" },
        { value: "B", zh: "B 高价值但不常买", en: "B high value but infrequent" },
        { value: "C", zh: "C 待培育", en: "C to be cultivated" },
      ],
    }),
    column("level", "integer", "级", "Level by recency"),
    column("cell", "text", "格", "Cell: class and level"),
  ],
};

const clv: Relation = {
  name: "clv",
  zh: "生命周期价值",
  en: "Lifetime value",
  grain_zh: "每行是一位在 365 天内买过的会员",
  grain_en: "One row is one member with a purchase in the 365 days",
  per_member: "one",
  profiling: true,
  key: ["member_id"],
  lake: { partition: null },
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    column("business_day", "date", "计算日", "Day D"),
    column("clv_minor", "integer", "生命周期价值", "Lifetime value", { unit: "minor" }),
    column("band", "text", "价值段", "Value band", {
      values: [
        { value: "high", zh: "高", en: "High" },
        { value: "middle", zh: "中", en: "Middle" },
        { value: "low", zh: "低", en: "Low" },
      ],
    }),
    column("order_value_minor", "integer", "次均消费 P", "Spend per purchase P", { unit: "minor" }),
    column("orders_per_year", "decimal(18,6)", "年购买次数 T", "Purchases a year T", { unit: "count" }),
    column("repurchase_rate", "decimal(18,6)", "复购率 R", "Repurchase rate R"),
    column("years", "integer", "剩余年数 N", "Remaining years N"),
    column("expected_purchases", "decimal(18,6)", "未来 365 天预计购买次数", "Expected purchases in 365 days", {
      unit: "count",
    }),
    column("expected_value_minor", "integer", "未来 365 天预计消费", "Expected spend in 365 days", { unit: "minor" }),
    column("p_alive", "decimal(18,6)", "仍会购买的概率", "Chance of buying again"),
  ],
};

export const relations: readonly Relation[] = [rfm, clv];
