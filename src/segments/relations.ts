import type { Relation } from "../query/index.ts";

const segmentMembers: Relation = {
  name: "segment_members",
  zh: "人群成员",
  en: "Segment members",
  grain_zh: "一行是一位会员在一个人群中。",
  grain_en: "One row is one member in one segment.",
  per_member: "many",
  key: ["segment_id", "member_id"],
  lake: false,
  columns: [
    { name: "segment_id", type: "integer", zh: "人群编号", en: "Segment id" },
    { name: "member_id", type: "integer", zh: "会员编号", en: "Member id" },
  ],
};

const snapshotMembers: Relation = {
  name: "snapshot_members",
  zh: "快照成员",
  en: "Snapshot members",
  grain_zh: "一行是一位会员在一个人群快照中。",
  grain_en: "One row is one member in one snapshot.",
  per_member: "many",
  key: ["snapshot_id", "member_id"],
  lake: false,
  columns: [
    { name: "snapshot_id", type: "integer", zh: "快照编号", en: "Snapshot id" },
    { name: "member_id", type: "integer", zh: "会员编号", en: "Member id" },
  ],
};

export const relations: readonly Relation[] = [segmentMembers, snapshotMembers];
