import type { Relation } from "../query/index.ts";

const segmentMembers: Relation = {
  name: "segment_members",
  zh: "人群成员",
  en: "Segment members",
  grain_zh: "一行是一位会员在一个人群中（上次刷新时）。",
  grain_en: "One row is one member in one segment, as of its last refresh.",
  per_member: "many",
  key: ["segment_id", "member_id"],
  lake: false,
  columns: [
    { name: "segment_id", type: "integer", zh: "人群编号", en: "Segment id" },
    { name: "member_id", type: "integer", zh: "会员编号", en: "Member id" },
  ],
};

export const relations: readonly Relation[] = [segmentMembers];
