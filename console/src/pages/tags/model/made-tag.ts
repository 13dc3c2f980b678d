import { emptyDraft, type GroupNode, type TimeWindow } from "../../segments/model/draft.ts";
import { fromTree } from "../../segments/model/reading.ts";
import { sameTree } from "../../segments/model/same-tree.ts";
import { sentenceText, windowText } from "../../segments/model/sentence.ts";
import { toTree } from "../../segments/model/tree.ts";
import { findSubject, type Language, type TreeNode, type Vocabulary } from "../../segments/model/vocabulary.ts";
import {
  EMPTY_HISTORY,
  type History,
  historyOf,
  historyTree,
  historyWords,
  isNumeric,
  measuresOf,
  numericFacts,
  unitOf,
} from "./history.ts";

/** The object of a tag as the server keeps it. */
export interface MadeDefinition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly owner: string;
  readonly family: string;
  readonly values?: readonly MadeValue[];
  readonly unit?: string;
  readonly window_zh: string;
  readonly window_en: string;
  readonly freshness: string;
  readonly privacy: string;
  readonly expression: TreeNode;
  readonly reason: MadeReason;
}
interface MadeValue {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly meaning_zh: string;
  readonly meaning_en: string;
}
interface MadeReason {
  readonly zh: string;
  readonly en: string;
  readonly parts?: Readonly<Record<string, { readonly expression: TreeNode; readonly unit?: string }>>;
}

export interface Rule {
  readonly value: string;
  readonly label: string;
  readonly condition: GroupNode;
}
export interface Band {
  readonly value: string;
  readonly label: string;
  /** Upper border in what people write (yuan, days …); the last band has none. */
  readonly below: string;
}
export type Source =
  | { readonly from: "history"; readonly history: History }
  | { readonly from: "fact"; readonly subject: string };
export type Shape = "rules" | "history" | "bands";

/** The builder's state. */
export interface MadeDraft {
  readonly key: string;
  readonly name: string;
  readonly name_en: string;
  readonly sentence: string;
  readonly owner: string;
  readonly family: string;
  readonly privacy: string;
  readonly shape: Shape;
  readonly rules: readonly Rule[];
  /** The label for everyone else; empty: they have no value. */
  readonly otherwise: string;
  readonly history: History;
  readonly source: Source;
  readonly bands: readonly Band[];
}

const OTHER = "other";
/** A key that nobody has to think of; it can be changed before the first save. */
export const newKey = (): string => `made_${Math.random().toString(36).slice(2, 8).padEnd(6, "0")}`;

export const newDraft = (): MadeDraft => ({
  key: newKey(),
  name: "",
  name_en: "",
  sentence: "",
  owner: "operations",
  family: "consumption",
  privacy: "L2",
  shape: "rules",
  rules: [{ value: "v1", label: "", condition: emptyDraft() }],
  otherwise: "",
  history: EMPTY_HISTORY,
  source: { from: "history", history: { ...EMPTY_HISTORY, measure: "net" } },
  bands: [
    { value: "v1", label: "", below: "" },
    { value: "v2", label: "", below: "" },
  ],
});

/** The next free code of a list of values: codes stay when labels change, so that segments keep their meaning. */
export function nextValue(taken: readonly { readonly value: string }[]): string {
  const numbers = taken.map(({ value }) => Number(/^v(\d+)$/.exec(value)?.[1] ?? 0));
  return `v${Math.max(0, ...numbers) + 1}`;
}

interface Built {
  readonly expression: TreeNode;
  readonly values?: readonly MadeValue[];
  readonly unit?: string;
  readonly reason: MadeReason;
  readonly window: History["window"] | null;
  readonly sentence: { readonly zh: string; readonly en: string };
}

/** The definition that the server is to keep; null while something is still to be filled in. */
export function toDefinition(draft: MadeDraft, vocabulary: Vocabulary): MadeDefinition | null {
  const built = { rules: rulesBuilt, history: historyBuilt, bands: bandsBuilt }[draft.shape](draft, vocabulary);
  if (built === null) return null;
  const { expression, values, unit, reason, window, sentence } = built;
  const name = draft.name.trim();
  const own = draft.sentence.trim();
  return {
    key: draft.key.trim(),
    zh: name,
    en: draft.name_en.trim() || name,
    sentence_zh: own || sentence.zh,
    sentence_en: own || sentence.en,
    owner: draft.owner,
    family: draft.family,
    ...(values === undefined ? {} : { values }),
    ...(unit === undefined ? {} : { unit }),
    window_zh: window === null ? "按各条件" : windowText(window, "zh"),
    window_en: window === null ? "By its conditions" : windowText(window, "en"),
    freshness: "event",
    privacy: draft.privacy,
    expression,
    reason,
  };
}

const valueOf = (value: string, label: string, zh: string, en: string): MadeValue => ({
  value,
  zh: label,
  en: label,
  meaning_zh: zh || label,
  meaning_en: en || label,
});

/** A list of conditions as one sentence, cut to what the server keeps. */
function meaningOf(group: GroupNode, vocabulary: Vocabulary, language: Language): string {
  const parts = group.children.map((child) => {
    if (child.type === "group") return `(${meaningOf(child, vocabulary, language)})`;
    return sentenceText(child, findSubject(vocabulary, child.subject), language);
  });
  const words = language === "zh" ? { all: "，且 ", any: "，或 " } : { all: ", and ", any: ", or " };
  return parts.join(words[group.join]).slice(0, 300);
}

function rulesBuilt(draft: MadeDraft, vocabulary: Vocabulary): Built | null {
  const branches = draft.rules.map(({ value, condition }) => {
    const when = toTree(condition, vocabulary);
    return when === null ? null : { when, then: { node: "text", value } };
  });
  const labels = draft.rules.map(({ label }) => label.trim());
  if (branches.length === 0 || branches.includes(null) || labels.includes("")) return null;
  const otherwise = draft.otherwise.trim();
  const values = draft.rules.map((rule, index) =>
    valueOf(
      rule.value,
      labels[index] ?? "",
      meaningOf(rule.condition, vocabulary, "zh"),
      meaningOf(rule.condition, vocabulary, "en"),
    ),
  );
  const rest =
    otherwise === "" ? [] : [valueOf(OTHER, otherwise, "不符合以上任何条件", "Meets none of the conditions")];
  return {
    expression: {
      node: "case",
      branches,
      ...(otherwise === "" ? {} : { otherwise: { node: "text", value: OTHER } }),
    },
    values: [...values, ...rest],
    reason: rulesReason(draft, vocabulary),
    window: null,
    sentence: {
      zh: `按条件依次判断，分为${[...labels, ...(otherwise === "" ? [] : [otherwise])].join("、")}。`,
      en: `The first condition that holds gives ${[...labels, ...(otherwise === "" ? [] : [otherwise])].join(", ")}.`,
    },
  };
}

const PARTS_SHOWN = 4;

/** The member's own figure behind each history of the conditions, so that the reason is more than the value again. */
function rulesReason(draft: MadeDraft, vocabulary: Vocabulary): MadeReason {
  const seen = new Map<
    string,
    { readonly history: History; readonly expression: TreeNode; readonly unit: string | undefined }
  >();
  const visit = (group: GroupNode): void => {
    for (const child of group.children) {
      if (child.type === "group") visit(child);
      if (child.type !== "behaviour") continue;
      const history = { subject: child.subject, measure: child.measure, window: child.window, where: child.where };
      const expression = historyTree(history, vocabulary);
      if (expression === null) continue;
      const measure = measuresOf(findSubject(vocabulary, child.subject)).find((one) => one.measure === child.measure);
      seen.set(JSON.stringify(expression), { history, expression, unit: measure?.unit });
    }
  };
  for (const rule of draft.rules) visit(rule.condition);
  const parts = [...seen.values()].slice(0, PARTS_SHOWN);
  if (parts.length === 0)
    return { zh: "第一个成立的条件是“{value}”的条件。", en: "The first condition that holds is that of “{value}”." };
  const told = (language: Language) =>
    parts.map(({ history }, index) => `${historyWords(history, vocabulary, language)} {p${index + 1}}`);
  return {
    zh: `${told("zh").join("；")}，所以是“{value}”。`.slice(0, 300),
    en: `${told("en").join("; ")}: “{value}”.`.slice(0, 300),
    parts: Object.fromEntries(
      parts.map(({ expression, unit }, index) => [
        `p${index + 1}`,
        { expression, ...(unit === undefined ? {} : { unit }) },
      ]),
    ),
  };
}

function historyBuilt({ history }: MadeDraft, vocabulary: Vocabulary): Built | null {
  const expression = historyTree(history, vocabulary);
  const measure = measuresOf(findSubject(vocabulary, history.subject)).find((one) => one.measure === history.measure);
  if (expression === null || measure === undefined) return null;
  const [zh, en] = [historyWords(history, vocabulary, "zh"), historyWords(history, vocabulary, "en")];
  return {
    expression,
    ...(measure.unit === undefined ? {} : { unit: measure.unit }),
    reason: { zh: `${zh}是 {value}。`, en: `${en}: {value}.` },
    window: history.window,
    sentence: { zh: `${zh}。`, en: `${en}.` },
  };
}

interface Number {
  readonly expression: TreeNode;
  readonly type: string;
  readonly unit: string | undefined;
  readonly zh: string;
  readonly en: string;
  readonly window: TimeWindow | null;
}

export function sourceOf(source: Source, vocabulary: Vocabulary): Number | null {
  if (source.from === "fact") {
    const subject = findSubject(vocabulary, source.subject);
    if (subject?.expression === undefined) return null;
    const { expression, type, zh, en } = subject;
    return { expression, type, zh, en, unit: unitOf(type, subject.unit?.zh), window: null };
  }
  const { history } = source;
  const expression = historyTree(history, vocabulary);
  const measure = measuresOf(findSubject(vocabulary, history.subject)).find((one) => one.measure === history.measure);
  if (expression === null || measure === undefined || !isNumeric(measure.type)) return null;
  return {
    expression,
    type: measure.type,
    unit: measure.unit,
    zh: historyWords(history, vocabulary, "zh"),
    en: historyWords(history, vocabulary, "en"),
    window: history.window,
  };
}

/** A border as people write it in the form in which the tree keeps it: fen for money, digits for decimals. */
function border(text: string, type: string): number | string | null {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return null;
  if (type === "money") return Math.round(value * 100);
  if (type === "integer") return Math.round(value);
  return type === "ratio" ? String(Math.round(value * 100) / 10_000) : String(value);
}

const borderText = (below: unknown, type: string): string =>
  type === "money" ? String(Number(below) / 100) : type === "ratio" ? String(Number(below) * 100) : String(below);

function bandsBuilt({ source, bands }: MadeDraft, vocabulary: Vocabulary): Built | null {
  const number = sourceOf(source, vocabulary);
  const last = bands.at(-1);
  if (number === null || last === undefined || bands.length < 2) return null;
  const borders = bands.slice(0, -1).map(({ below }) => border(below, number.type));
  if (borders.includes(null) || bands.some(({ label }) => label.trim() === "")) return null;
  const shown = (at: number) => `${bands[at]?.below}${number.type === "ratio" ? "%" : ""}`;
  const meaning = (at: number, language: Language) => {
    const words = language === "zh" ? ["不到", "及以上", "至不到"] : ["below", "and more", "to below"];
    if (at === 0) return `${words[0]} ${shown(0)}`;
    return at === bands.length - 1 ? `${shown(at - 1)} ${words[1]}` : `${shown(at - 1)} ${words[2]} ${shown(at)}`;
  };
  return {
    expression: {
      node: "bands",
      value: number.expression,
      bands: bands.slice(0, -1).map(({ value }, index) => ({ below: borders[index], label: value })),
      last: last.value,
    },
    values: bands.map(({ value, label }, at) => valueOf(value, label.trim(), meaning(at, "zh"), meaning(at, "en"))),
    reason: {
      zh: `${number.zh}是 {number}，属于“{value}”。`.slice(0, 300),
      en: `${number.en}: {number}, so “{value}”.`.slice(0, 300),
      parts: { number: { expression: number.expression, ...(number.unit === undefined ? {} : { unit: number.unit }) } },
    },
    window: number.window,
    sentence: { zh: `${number.zh}分为 ${bands.length} 档。`, en: `${number.en} in ${bands.length} bands.` },
  };
}

/** A definition as sentences again; null when it was not made here (then it is shown and changed as JSON). */
export function fromDefinition(definition: MadeDefinition, vocabulary: Vocabulary): MadeDraft | null {
  const base: MadeDraft = {
    ...newDraft(),
    key: definition.key,
    name: definition.zh,
    name_en: definition.en === definition.zh ? "" : definition.en,
    sentence: definition.sentence_zh,
    owner: definition.owner,
    family: definition.family,
    privacy: definition.privacy,
  };
  const label = (value: unknown) => definition.values?.find((one) => one.value === value)?.zh ?? "";
  const { expression } = definition;
  if (expression.node === "case") return rulesDraft(base, expression, label, vocabulary);
  if (expression.node === "bands") return bandsDraft(base, expression, label, vocabulary);
  const history = historyOf(expression, vocabulary);
  return history === null ? null : { ...base, shape: "history", history };
}

type LabelOf = (value: unknown) => string;

function rulesDraft(base: MadeDraft, expression: TreeNode, label: LabelOf, vocabulary: Vocabulary): MadeDraft | null {
  const rules: Rule[] = [];
  for (const { when, then } of expression["branches"] as readonly { when: TreeNode; then: TreeNode }[]) {
    const condition = fromTree(when, vocabulary);
    if (condition === null || then.node !== "text") return null;
    rules.push({ value: String(then["value"]), label: label(then["value"]), condition });
  }
  const otherwise = expression["otherwise"] as TreeNode | undefined;
  if (otherwise !== undefined && otherwise["value"] !== OTHER) return null;
  return { ...base, shape: "rules", rules, otherwise: otherwise === undefined ? "" : label(OTHER) };
}

function bandsDraft(base: MadeDraft, expression: TreeNode, label: LabelOf, vocabulary: Vocabulary): MadeDraft | null {
  const value = expression["value"] as TreeNode;
  const fact = numericFacts(vocabulary).find((subject) => sameTree(subject.expression, value));
  const history = fact === undefined ? historyOf(value, vocabulary) : null;
  const source: Source | null =
    fact !== undefined
      ? { from: "fact", subject: fact.subject }
      : history === null
        ? null
        : { from: "history", history };
  const number = source === null ? null : sourceOf(source, vocabulary);
  if (source === null || number === null) return null;
  const bands = (expression["bands"] as readonly { below: unknown; label: string }[]).map((band) => ({
    value: band.label,
    label: label(band.label),
    below: borderText(band.below, number.type),
  }));
  const last = String(expression["last"]);
  return { ...base, shape: "bands", source, bands: [...bands, { value: last, label: label(last), below: "" }] };
}
