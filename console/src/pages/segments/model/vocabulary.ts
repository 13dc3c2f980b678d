/** What a segment can be built from, as GET /api/segments/vocabulary says it. */
export type ValueType = "code" | "text" | "integer" | "decimal" | "money" | "ratio" | "date" | "boolean";

export type SubjectType = ValueType | "behaviour" | "segment" | "sequence" | "choice";

export type Operator =
  | "in"
  | "not_in"
  | "eq"
  | "ne"
  | "gte"
  | "lte"
  | "gt"
  | "lt"
  | "between"
  | "within_last"
  | "not_within_last"
  | "within_next"
  | "known"
  | "unknown";

export interface ValueOption {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly members?: number;
}

/** A node of the server's expression tree as plain JSON. */
export interface TreeNode {
  readonly node: string;
  readonly [key: string]: unknown;
}

/** A field by which the records of a behaviour are narrowed: category, store, keyword. */
export interface FieldInfo {
  readonly field: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType;
  readonly operators: readonly Operator[];
  readonly values?: readonly ValueOption[];
  readonly unit?: Unit;
  readonly expression?: TreeNode;
}

export interface Unit {
  readonly zh: string;
  readonly en: string;
}

/** What is counted or summed over the records of a behaviour. */
export interface MeasureInfo {
  readonly measure: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType;
  readonly unit?: Unit;
  readonly operators?: readonly Operator[];
  readonly values?: readonly ValueOption[];
  /** The measure over all records of the behaviour, its base condition included, without a window. */
  readonly expression?: TreeNode;
}

/** The value of a field in the first record, in the last, or the commonest one. */
export interface PickInfo {
  readonly pick: string;
  readonly zh: string;
  readonly en: string;
  readonly fields: readonly FieldInfo[];
}

/** What can stand in a sequence: records of one kind. Its fields are those of the behaviour of the same name. */
export interface StepInfo {
  readonly step: string;
  readonly zh: string;
  readonly en: string;
  readonly rows: { readonly relation: string; readonly where?: TreeNode };
}

/** A condition that is chosen as a whole. */
export interface ChoiceInfo extends ValueOption {
  readonly expression: TreeNode;
}

export interface SubjectInfo {
  readonly subject: string;
  readonly zh: string;
  readonly en: string;
  readonly type: SubjectType;
  readonly operators: readonly Operator[];
  readonly values?: readonly ValueOption[];
  readonly unit?: Unit;
  readonly sentence_zh?: string;
  readonly sentence_en?: string;
  /** The left side of a comparison; segments and behaviours have none. */
  readonly expression?: TreeNode;
  readonly measures?: readonly MeasureInfo[];
  readonly fields?: readonly FieldInfo[];
  readonly picks?: readonly PickInfo[];
  readonly steps?: readonly StepInfo[];
  readonly within_days_max?: number;
  readonly choices?: readonly ChoiceInfo[];
}

export interface SubjectGroup {
  readonly group: string;
  readonly zh: string;
  readonly en: string;
  readonly subjects: readonly SubjectInfo[];
}

export interface Vocabulary {
  readonly groups: readonly SubjectGroup[];
}

/** What is asked of the first, last or commonest record becomes a measure; what is chosen as a whole is a value. */
export function prepared(vocabulary: Vocabulary): Vocabulary {
  return {
    groups: vocabulary.groups.map((group) => ({
      ...group,
      subjects: group.subjects.map((subject) => {
        if (subject.choices !== undefined) return { ...subject, values: subject.choices };
        if (subject.picks === undefined) return subject;
        return { ...subject, measures: [...(subject.measures ?? []), ...subject.picks.flatMap(measuresOf)] };
      }),
    })),
  };
}

function measuresOf({ pick, zh, en, fields }: PickInfo): readonly MeasureInfo[] {
  return fields.map(({ field, ...rest }) => ({
    ...rest,
    measure: `${pick}.${field}`,
    zh: `${zh}${rest.zh}`,
    en: `${en} ${rest.en.toLowerCase()}`,
  }));
}

export type Language = "zh" | "en";

export const named = (item: { readonly zh: string; readonly en: string }, language: Language): string =>
  language === "zh" ? item.zh : item.en;

export function findSubject(vocabulary: Vocabulary, subject: string): SubjectInfo | undefined {
  for (const group of vocabulary.groups) {
    const found = group.subjects.find((candidate) => candidate.subject === subject);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Subjects whose name, sentence or one of whose values contains every word of the query, best first:
 * names that begin so, then names that contain it, then values and sentences.
 */
export function searchVocabulary(vocabulary: Vocabulary, query: string): readonly SubjectGroup[] {
  const words = query.trim().toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return vocabulary.groups;
  const ranked = vocabulary.groups.map((group) => {
    const hits = group.subjects
      .map((subject) => ({ subject, rank: rankOf(subject, group, words) }))
      .filter((hit) => hit.rank > 0)
      .sort((a, b) => b.rank - a.rank);
    return { group, hits, best: hits[0]?.rank ?? 0 };
  });
  return ranked
    .filter((entry) => entry.best > 0)
    .sort((a, b) => b.best - a.best)
    .map((entry) => ({ ...entry.group, subjects: entry.hits.map((hit) => hit.subject) }));
}

function rankOf(subject: SubjectInfo, group: SubjectGroup, words: readonly string[]): number {
  const names = [subject.zh, subject.en, subject.subject].map((text) => text.toLowerCase());
  const around = [group.zh, group.en, subject.sentence_zh ?? "", subject.sentence_en ?? ""].join(" ").toLowerCase();
  const values = [
    ...(subject.values ?? []),
    ...(subject.fields ?? []).flatMap((field) => [field, ...(field.values ?? [])]),
  ]
    .map((value) => `${value.zh} ${value.en}`.toLowerCase())
    .join(" ");
  let rank = 0;
  for (const word of words) {
    if (names.some((name) => name.startsWith(word))) rank += 4;
    else if (names.some((name) => name.includes(word))) rank += 3;
    else if (values.includes(word)) rank += 2;
    else if (around.includes(word)) rank += 1;
    else return 0;
  }
  return rank / words.length;
}

/** The value of the vocabulary that the query names, so that searching 乌龙 offers "购买 品类 是 乌龙茶" at once. */
export function matchedValue(
  subject: SubjectInfo,
  query: string,
): { readonly field: string | null; readonly option: ValueOption } | null {
  const word = query.trim().toLowerCase();
  if (word.length === 0) return null;
  const hit = (option: ValueOption) => option.zh.toLowerCase().includes(word) || option.en.toLowerCase().includes(word);
  const own = subject.values?.find(hit);
  if (own !== undefined) return { field: null, option: own };
  for (const field of subject.fields ?? []) {
    const option = field.values?.find(hit);
    if (option !== undefined) return { field: field.field, option };
  }
  return null;
}
