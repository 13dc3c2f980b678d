import type { Column, ColumnType, Relation } from "../query/index.ts";

const column = (name: string, type: ColumnType, zh: string, en: string): Column => ({ name, type, zh, en });

const tagValues: Relation = {
  name: "tag_values",
  zh: "标签值",
  en: "Tag values",
  grain_zh: "一行是一位会员的一个标签。",
  grain_en: "One row is one tag of one member.",
  per_member: "many",
  key: ["member_id", "tag"],
  instant: "computed_at",
  // the lake computes tags from their definitions; a copy would only be older
  lake: false,
  columns: [
    column("member_id", "integer", "会员编号", "Member id"),
    column("tag", "text", "标签", "Tag"),
    column("value_text", "text", "文本值", "Text"),
    column("value_number", "decimal(24,6)", "数值", "Number"),
    column("value_date", "date", "日期值", "Date"),
    column("computed_at", "instant", "变化时间", "When the member's values last changed"),
  ],
};

export const relations: readonly Relation[] = [tagValues];
