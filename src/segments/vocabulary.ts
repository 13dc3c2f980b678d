import type { Ground } from "../ground.ts";
import { build as q, type Expression, scaleOf } from "../query/index.ts";
import { bookOf, type Tag } from "../tags/index.ts";
import { behaviourSubjects, purchaseSubjects } from "./behaviours.ts";
import { fieldOf, type Lists, operatorsOf, type Subject, type SubjectGroup, type ValueType } from "./subject.ts";
import type { SegmentRow } from "./segment-store.ts";

/** Columns of the profile that say how a record is kept rather than who a member is. */
const HIDDEN = new Set(["member_id", "profile_total", "joined_at"]);
const FAMILIES = [
  ["basic", "标签 · 基础属性", "Tags · profile"],
  ["consumption", "标签 · 消费行为", "Tags · consumption"],
  ["social", "标签 · 社交属性", "Tags · social"],
] as const;

/** Everything a segment can be built from, in the order in which an operator thinks. */
export function vocabularyOf(ground: Ground, lists: Lists, segments: readonly SegmentRow[]): SubjectGroup[] {
  const tags = [...bookOf(ground).tags.values()];
  return [
    { group: "purchase", zh: "购买", en: "Purchases", subjects: purchaseSubjects(ground, lists) },
    { group: "behaviour", zh: "行为", en: "Behaviour", subjects: behaviourSubjects(ground, lists) },
    { group: "profile", zh: "资料", en: "Profile", subjects: profileSubjects(ground, lists) },
    ...layerGroups(ground, lists),
    ...FAMILIES.map(([family, zh, en]) => ({
      group: `tags_${family}`,
      zh,
      en,
      subjects: tags.filter((tag) => tag.definition.family === family).map((tag) => tagSubject(tag, lists)),
    })),
    { group: "consent", zh: "同意", en: "Consent", subjects: consentSubjects(ground) },
    { group: "segment", zh: "分群", en: "Segments", subjects: segmentSubjects(segments) },
  ].filter((group) => group.subjects.length > 0);
}

function profileSubjects(ground: Ground, lists: Lists): Subject[] {
  const members = ground.catalogue.find("members");
  if (members === undefined) return [];
  return members.columns
    .filter((column) => !HIDDEN.has(column.name) && column.type !== "instant")
    .map((column) => {
      const { field: _, expression: __, ...rest } = fieldOf(column, lists);
      return { subject: `profile.${column.name}`, ...rest, expression: q.member(column.name) };
    });
}

/** What other domains say once of every member: tier, lifetime value. */
function layerGroups(ground: Ground, lists: Lists): SubjectGroup[] {
  const layers = ground.catalogue.all().filter(({ per_member, name }) => per_member === "one" && name !== "members");
  return layers.map(({ name, zh, en, columns }) => ({
    group: name,
    zh,
    en,
    subjects: columns
      .filter((column) => !HIDDEN.has(column.name) && column.type !== "instant")
      .map((column) => {
        const { field: _, expression: __, ...rest } = fieldOf(column, lists);
        return { subject: `${name}.${column.name}`, ...rest, expression: q.profile(name, column.name) };
      }),
  }));
}

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
