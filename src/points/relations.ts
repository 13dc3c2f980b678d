import type { Column, ColumnType, Relation } from "../query/index.ts";

const column = (name: string, type: ColumnType, zh: string, en: string, options: Partial<Column> = {}): Column => ({
  name,
  type,
  zh,
  en,
  ...options,
});

const pointsAccount: Relation = {
  name: "points_account",
  zh: "积分账户",
  en: "Points account",
  grain_zh: "每行是一位会员现在可用的积分和最近要到期的积分；每位会员都有且只有一行。",
  grain_en: "One row is what one member can spend now and what expires next; every member has exactly one.",
  per_member: "one",
  key: ["member_id"],
  lake: { partition: null },
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    column("active_points", "integer", "可用积分", "Points to spend", { unit: "points" }),
    column("next_expiry_day", "date", "最近到期日", "Next day on which points expire"),
    column(
      "expiring_points",
      "integer",
      "最近到期日起 30 天内到期的积分",
      "Points that expire within 30 days from that day",
      {
        unit: "points",
      },
    ),
  ],
};

export const relations: readonly Relation[] = [pointsAccount];
