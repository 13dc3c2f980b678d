import type { Ground } from "../ground.ts";
import { build as q, type Expression, type Relation, scaleOf } from "../query/index.ts";
import { bookOf, type Tag } from "../tags/index.ts";
import { ANNIVERSARIES } from "./anniversaries.ts";
import { behaviourSubjects, purchaseSubjects, registeredSubjects } from "./behaviours.ts";
import { inSnapshot } from "./membership-plan.ts";
import { sequenceSubjects } from "./sequences.ts";
import type { SnapshotRow } from "./snapshot-store.ts";
import {
  fieldOf,
  type Lists,
  operatorsOf,
  type Subject,
  type SubjectGroup,
  type ValueType,
  type WindowOption,
} from "./subject.ts";
import type { SegmentRow } from "./segment-store.ts";

/** Columns of the profile that say how a record is kept rather than who a member is. */
const HIDDEN = new Set(["member_id", "profile_total", "joined_at"]);
const FAMILIES = [
  ["basic", "标签 · 基础属性", "Tags · profile"],
  ["consumption", "标签 · 消费行为", "Tags · consumption"],
  ["social", "标签 · 社交属性", "Tags · social"],
] as const;

/** Everything a segment can be built from, in the order in which an operator thinks. */
export function vocabularyOf(
  ground: Ground,
  lists: Lists,
  segments: readonly SegmentRow[],
  snapshots: readonly SnapshotRow[] = [],
): SubjectGroup[] {
  const tags = [...bookOf(ground).tags.values()];
  const purchases = purchaseSubjects(ground, lists);
  const behaviours = behaviourSubjects(ground, lists);
  const others = registeredSubjects(ground, lists);
  const steps = [...purchases, ...behaviours, ...others].flatMap((subject) => subject.steps ?? []);
  return [
    { group: "purchase", zh: "购买", en: "Purchases", subjects: purchases },
    { group: "behaviour", zh: "行为", en: "Behaviour", subjects: behaviours },
    { group: "other", zh: "其他记录", en: "Other records", subjects: others },
    { group: "sequence", zh: "先后", en: "Sequences", subjects: sequenceSubjects(steps) },
    { group: "profile", zh: "资料", en: "Profile", subjects: profileSubjects(ground, lists) },
    { group: "anniversary", zh: "纪念日", en: "Anniversaries", subjects: anniversarySubjects(ground) },
    ...layerGroups(ground, lists),
    ...FAMILIES.map(([family, zh, en]) => ({
      group: `tags_${family}`,
      zh,
      en,
      subjects: tags.filter((tag) => tag.definition.family === family).map((tag) => tagSubject(tag, lists)),
    })),
    { group: "consent", zh: "同意", en: "Consent", subjects: consentSubjects(ground) },
    { group: "segment", zh: "分群", en: "Segments", subjects: segmentSubjects(segments) },
    { group: "snapshot", zh: "快照", en: "Snapshots", subjects: snapshotSubjects(snapshots) },
  ].filter((group) => group.subjects.length > 0);
}

function profileSubjects(ground: Ground, lists: Lists): Subject[] {
  const members = ground.catalogue.find("members");
  return members === undefined ? [] : columnSubjects(members, "profile", lists);
}

function columnSubjects(relation: Relation, prefix: string, lists: Lists): Subject[] {
  return relation.columns
    .filter((column) => !HIDDEN.has(column.name) && column.type !== "instant")
    .map((column) => {
      const { field: _, expression: __, ...rest } = fieldOf(column, lists);
      return { subject: `${prefix}.${column.name}`, ...rest, expression: q.profile(relation.name, column.name) };
    });
}

/** What other domains know of every member, one group each: RFM, lifetime value, tier. */
function layerGroups(ground: Ground, lists: Lists): SubjectGroup[] {
  return ground.catalogue
    .all()
    .filter((relation) => relation.per_member === "one" && relation.name !== "members")
    .map((relation) => ({
      group: `layer_${relation.name}`,
      zh: relation.zh,
      en: relation.en,
      subjects: columnSubjects(relation, relation.name, lists),
    }));
}

function anniversarySubjects(ground: Ground): Subject[] {
  if (ground.catalogue.find("members") === undefined) return [];
  const choice = { type: "choice" as const, operators: ["in" as const, "not_in" as const] };
  return ANNIVERSARIES.map(({ subject, zh, en, choices }) => ({ subject, zh, en, ...choice, choices }));
}

function snapshotSubjects(snapshots: readonly SnapshotRow[]): Subject[] {
  if (snapshots.length === 0) return [];
  const choices = snapshots.map(({ snapshot_id, name, members }) => ({
    value: String(snapshot_id),
    zh: name,
    en: name,
    members,
    expression: inSnapshot(snapshot_id),
  }));
  return [
    { subject: "snapshot", zh: "在快照中", en: "In snapshot", type: "choice", operators: ["in", "not_in"], choices },
  ];
}

/** The windows that a behaviour can be looked at in; null: since ever. */
export const WINDOWS: readonly WindowOption[] = [
  { window: "ever", zh: "一直以来", en: "ever", expression: null },
  ...[7, 14, 30, 90, 180, 365].map((days) => ({
    window: `last_${days}`,
    zh: `近 ${days} 天`,
    en: `in the last ${days} days`,
    expression: q.lastDays(days),
  })),
  { window: "before", zh: "31 至 60 天前", en: "31 to 60 days ago", expression: q.lastDays(30, 30) },
  { window: "this_month", zh: "本月", en: "this month", expression: q.calendar("month") },
  { window: "last_month", zh: "上月", en: "last month", expression: q.calendar("month", 1) },
  { window: "this_year", zh: "今年", en: "this year", expression: q.calendar("year") },
  { window: "last_year", zh: "去年", en: "last year", expression: q.calendar("year", 1) },
  {
    window: "between",
    zh: "指定日期",
    en: "between two dates",
    expression: { kind: "between", from: "2026-01-01", to: "2026-12-31" },
  },
];

function tagSubject(tag: Tag, lists: Lists): Subject {
  const { definition } = tag;
  const type = tagType(tag);
  const spread = lists.tags.get(definition.key) ?? [];
  const named = definition.values?.map(({ value, zh, en }) => {
    const members = spread.find((row) => row.value === value)?.members;
    return { value, zh, en, ...(members === undefined ? {} : { members }) };
  });
  // an open list: what occurs beside the values that the definition names
  const others = spread.filter((row) => named?.every(({ value }) => value !== row.value) === true);
  const more = others.map(({ value, members }) => ({ value, zh: value, en: value, members }));
  const listed = named?.concat(more) ?? (type === "code" ? labelled(tag, spread, lists) : undefined);
  return {
    subject: `tag.${definition.key}`,
    zh: definition.zh,
    en: definition.en,
    type,
    operators: operatorsOf(type),
    sentence_zh: definition.sentence_zh,
    sentence_en: definition.sentence_en,
    ...(listed === undefined ? {} : { values: listed }),
    ...(tag.kind === "since" || definition.unit === "days" ? { unit: { zh: "天", en: "days" } } : {}),
    expression: q.tag(definition.key),
  };
}

const CODE_COLUMNS = { stores: "store_code", products: "sku" } as const;

function labelled({ definition }: Tag, spread: readonly { value: string; members: number }[], lists: Lists) {
  const names = definition.codes === undefined ? undefined : lists.columns.get(CODE_COLUMNS[definition.codes]);
  return spread.map(({ value, members }) => {
    const name = names?.find((candidate) => candidate.value === value);
    return { value, zh: name?.zh ?? value, en: name?.en ?? value, members };
  });
}

function tagType(tag: Tag): ValueType {
  const { unit } = tag.definition;
  if (tag.kind === "date") return "date";
  if (tag.kind === "boolean") return "boolean";
  if (tag.kind === "text") return "code";
  if (unit === "minor") return "money";
  if (unit === "share") return "ratio";
  return scaleOf(tag.tree.type) > 0 ? "decimal" : "integer";
}

/** Whether a proven consent to marketing stands, by channel. */
function consentSubjects(ground: Ground): Subject[] {
  const consents = ground.catalogue.find("consents");
  const media = consents?.columns.find((column) => column.name === "medium")?.values ?? [];
  return media.map(({ value, zh, en }) => ({
    subject: `consent.marketing.${value}`,
    zh: `${zh}营销同意`,
    en: `Marketing consent by ${en}`,
    type: "code" as const,
    operators: ["in", "not_in"] as const,
    values: [
      { value: "yes", zh: "有效", en: "Valid" },
      { value: "no", zh: "没有", en: "None" },
    ],
    expression: consented(value),
  }));
}

function consented(medium: string): Expression {
  const where = q.and(
    q.equals(q.column("purpose"), "marketing"),
    q.equals(q.column("medium"), medium),
    q.equals(q.column("state"), "granted"),
  );
  return q.choose([[q.atLeast(q.count("consents", { where }), 1), "yes"]], "no");
}

function segmentSubjects(segments: readonly SegmentRow[]): Subject[] {
  if (segments.length === 0) return [];
  const values = segments.map((row) => ({
    value: String(row.segment_id),
    zh: row.name,
    en: row.name,
    ...(row.members === null ? {} : { members: row.members }),
  }));
  return [{ subject: "segment", zh: "人群", en: "Segment", type: "segment", operators: ["in", "not_in"], values }];
}
