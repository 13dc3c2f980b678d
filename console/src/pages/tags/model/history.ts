import { type FieldFilter, isComplete, type TimeWindow } from "../../segments/model/draft.ts";
import { fromTree } from "../../segments/model/reading.ts";
import { sameTree } from "../../segments/model/same-tree.ts";
import { windowText } from "../../segments/model/sentence.ts";
import { toTree } from "../../segments/model/tree.ts";
import {
  findSubject,
  type Language,
  named,
  type SubjectInfo,
  type TreeNode,
  type ValueType,
  type Vocabulary,
} from "../../segments/model/vocabulary.ts";

/** What members did, narrowed, and what of it is the value: a measure, or a field of the first, last or commonest row. */
export interface History {
  readonly subject: string;
  /** "times" or "most:category_1". */
  readonly measure: string;
  readonly window: TimeWindow;
  readonly where: readonly FieldFilter[];
}
interface Pick {
  readonly pick: string;
  readonly zh: string;
  readonly en: string;
  readonly fields: readonly {
    readonly field: string;
    readonly zh: string;
    readonly en: string;
    readonly type: ValueType;
    readonly expression: TreeNode;
  }[];
}
/** One thing that a history can be turned into. */
export interface HistoryMeasure {
  readonly measure: string;
  readonly zh: string;
  readonly en: string;
  readonly type: ValueType;
  readonly unit: string | undefined;
  readonly expression: TreeNode;
}

const UNITS: Readonly<Record<string, string>> = { 次: "times", 天: "days", 人: "people", 分: "points", 种: "kinds" };
const NUMBERS: readonly string[] = ["integer", "decimal", "money", "ratio"];
export const isNumeric = (type: string): boolean => NUMBERS.includes(type);

export const EMPTY_HISTORY: History = {
  subject: "orders",
  measure: "times",
  window: { kind: "last", days: 365 },
  where: [],
};

export const behaviours = (vocabulary: Vocabulary): readonly SubjectInfo[] =>
  vocabulary.groups.flatMap(({ subjects }) => subjects.filter(({ type }) => type === "behaviour"));

export const numericFacts = (vocabulary: Vocabulary): readonly SubjectInfo[] =>
  vocabulary.groups.flatMap(({ subjects }) =>
    subjects.filter(({ type, expression }) => isNumeric(type) && expression !== undefined),
  );

/** Measures first, then the fields of the first, last and commonest rows. */
export function measuresOf(subject: SubjectInfo | undefined): readonly HistoryMeasure[] {
  const measures = (subject?.measures ?? []).flatMap(({ measure, zh, en, type, unit, expression }) =>
    expression === undefined ? [] : [{ measure, zh, en, type, unit: unitOf(type, unit?.zh), expression }],
  );
  const picks = (subject as { readonly picks?: readonly Pick[] } | undefined)?.picks ?? [];
  const picked = picks.flatMap(({ pick, zh, en, fields }) =>
    fields.map((field) => ({
      measure: `${pick}:${field.field}`,
      zh: `${zh}${field.zh}`,
      en: `${en} ${field.en.toLowerCase()}`,
      type: field.type,
      unit: unitOf(field.type, undefined),
      expression: field.expression,
    })),
  );
  return [...measures, ...picked];
}

/** The unit of a number as the server names it; undefined for texts and dates. */
export function unitOf(type: string, unit: string | undefined): string | undefined {
  if (type === "money") return "minor";
  if (type === "ratio") return "share";
  return isNumeric(type) ? (UNITS[unit ?? ""] ?? "number") : undefined;
}

/** Window and filters of a history, as the segment builder writes them, put into the measure. */
export function historyTree(history: History, vocabulary: Vocabulary): TreeNode | null {
  const subject = findSubject(vocabulary, history.subject);
  const measure = measuresOf(subject).find((one) => one.measure === history.measure);
  const first = subject?.measures?.find(({ expression }) => expression?.node === "aggregate");
  if (subject === undefined || measure === undefined || first === undefined) return null;
  if (!isComplete(sentenceOf(history, first.measure))) return null;
  const probe = (expression: TreeNode): TreeNode | null => {
    const words: Vocabulary = {
      groups: [{ group: "one", zh: "", en: "", subjects: [{ ...subject, measures: [{ ...first, expression }] }] }],
    };
    const compared = toTree(sentenceOf(history, first.measure), words);
    return compared === null ? null : (compared["left"] as TreeNode);
  };
  if (!history.measure.includes(":")) return probe(measure.expression);
  // a pick takes the rows of a count over the same history
  const rows = probe(first.expression ?? measure.expression);
  if (rows === null) return null;
  const { where, window } = rows;
  return {
    ...measure.expression,
    ...(where === undefined ? {} : { where }),
    ...(window === undefined ? {} : { window }),
  };
}

const sentenceOf = ({ subject, window, where }: History, measure: string) =>
  ({ type: "behaviour", id: "h", subject, window, where, measure, operator: "gte", values: [0] }) as const;

/** The way back; null when the expression was not made here. */
export function historyOf(tree: TreeNode, vocabulary: Vocabulary): History | null {
  const rows = firstRows(tree);
  if (rows === null) return null;
  for (const subject of behaviours(vocabulary)) {
    const first = subject.measures?.find(({ expression }) => expression?.node === "aggregate")?.expression;
    if (first === undefined || first["relation"] !== rows["relation"]) continue;
    const { where, window } = rows;
    const { where: _where, window: _window, ...plain } = first;
    const probe = { ...plain, ...(where === undefined ? {} : { where }), ...(window === undefined ? {} : { window }) };
    const condition = { node: "compare", operator: ">=", left: probe, right: { node: "integer", value: 0 } };
    const sentence = fromTree(condition as TreeNode, vocabulary)?.children[0];
    if (sentence?.type !== "behaviour" || sentence.subject !== subject.subject) continue;
    for (const { measure } of measuresOf(subject)) {
      const history = { subject: subject.subject, measure, window: sentence.window, where: sentence.where };
      if (sameTree(historyTree(history, vocabulary), tree)) return history;
    }
  }
  return null;
}

function firstRows(tree: TreeNode): TreeNode | null {
  if (typeof tree["relation"] === "string" && tree.node !== "profile") return tree;
  for (const part of Object.values(tree)) {
    if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
    const found = firstRows(part as TreeNode);
    if (found !== null) return found;
  }
  return null;
}

export function historyWords(history: History, vocabulary: Vocabulary, language: Language): string {
  const subject = findSubject(vocabulary, history.subject);
  const measure = measuresOf(subject).find((one) => one.measure === history.measure);
  if (subject === undefined || measure === undefined) return "";
  const window = windowText(history.window, language);
  return language === "zh"
    ? `${window}${named(subject, language)}的${measure.zh}`
    : `${measure.en} of ${named(subject, language).toLowerCase()} (${window})`;
}
