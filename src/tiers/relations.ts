import type { Column, ColumnType, Relation } from "../query/index.ts";

const column = (name: string, type: ColumnType, zh: string, en: string, options: Partial<Column> = {}): Column => ({
  name,
  type,
  zh,
  en,
  ...options,
});

const memberTier: Relation = {
  name: "member_tier",
  zh: "会员等级",
  en: "Tiers",
  grain_zh: "每行是一位会员的现行等级；每位会员都有且只有一行。",
  grain_en: "One row is one member's present tier; every member has exactly one.",
  per_member: "one",
  key: ["member_id"],
  lake: { partition: null },
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    column("ladder", "text", "等级规则", "Ladder"),
    column("tier", "text", "等级", "Tier"),
    column("tier_rank", "integer", "级数（0 最低）", "Rank, 0 is the lowest"),
    column("since_day", "date", "定级日", "Since"),
    column("valid_until", "date", "有效期至", "Valid until"),
    column("qualifying_minor", "integer", "本期累计", "Qualifying amount", { unit: "minor" }),
    column("next_tier", "text", "下一等级", "Next tier"),
    column("to_next_minor", "integer", "距下一等级", "Missing to the next tier", { unit: "minor" }),
    column("is_manual", "boolean", "人工授予", "Granted by hand"),
    column("to_keep_minor", "integer", "保级还差", "Missing to keep the tier", { unit: "minor" }),
  ],
};

export const relations: readonly Relation[] = [memberTier];
