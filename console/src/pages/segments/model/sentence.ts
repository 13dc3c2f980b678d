import { choiceNamed } from "./choice.ts";
import type {
  AttributeNode,
  BehaviourNode,
  FieldFilter,
  Scalar,
  SentenceNode,
  SequenceNode,
  TimeWindow,
} from "./draft.ts";
import { inDays, measureOf, valuesNeeded } from "./draft.ts";
import { fieldsOfStep, isFollowed } from "./sequence.ts";
import type {
  FieldInfo,
  Language,
  Operator,
  SubjectInfo,
  SubjectType,
  Unit,
  ValueOption,
  Vocabulary,
} from "./vocabulary.ts";
import { named } from "./vocabulary.ts";

/** Where in a sentence a chip stands, and so which small editor it opens. */
export type Slot =
  | { readonly at: "comparison" }
  | { readonly at: "window" }
  | { readonly at: "measure" }
  | { readonly at: "days" }
  | { readonly at: "within" }
  | { readonly at: "verb" }
  | { readonly at: "times" }
  | { readonly at: "step"; readonly side: Side }
  | { readonly at: "filter"; readonly index: number; readonly side?: Side };

/** The two things of a sequence. */
export type Side = "first" | "then";

/** A name for a slot within its sentence. */
export function slotKey(slot: Slot): string {
  if (slot.at === "step") return `step.${slot.side}`;
  if (slot.at !== "filter") return slot.at;
  return slot.side === undefined ? `filter.${slot.index}` : `filter.${slot.side}.${slot.index}`;
}

/** A sentence is plain words with chips between them; a chip that waits for its value says so. */
export type Part =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "chip"; readonly text: string; readonly slot: Slot; readonly waiting: boolean }
  /** The place where a step of a sequence is narrowed further. */
  | { readonly kind: "add"; readonly side: Side };

const words = (text: string): Part => ({ kind: "words", text });
const chip = (text: string, slot: Slot, waiting = false): Part => ({ kind: "chip", text, slot, waiting });

const OPERATOR_WORDS: Record<Operator, { zh: string; en: string }> = {
  in: { zh: "是", en: "is" },
  not_in: { zh: "不是", en: "is not" },
  eq: { zh: "=", en: "=" },
  ne: { zh: "≠", en: "≠" },
  gte: { zh: "≥", en: "≥" },
  lte: { zh: "≤", en: "≤" },
  gt: { zh: ">", en: ">" },
  lt: { zh: "<", en: "<" },
  between: { zh: "介于", en: "between" },
  within_last: { zh: "在最近", en: "in the last" },
  not_within_last: { zh: "早于", en: "before the last" },
  within_next: { zh: "在今天起", en: "within the next" },
  known: { zh: "有值", en: "is known" },
  unknown: { zh: "没有值", en: "is not known" },
};

const INSIDE: Partial<Record<Operator, { zh: string; en: string }>> = {
  in: { zh: "在", en: "is" },
  not_in: { zh: "不在", en: "is not" },
};

export const operatorWord = (operator: Operator, language: Language, type?: SubjectType): string =>
  ((type === "choice" ? INSIDE[operator] : undefined) ?? OPERATOR_WORDS[operator])[language];

export function windowText(window: TimeWindow, language: Language): string {
  const zh = language === "zh";
  if (window.kind === "ever") return zh ? "任何时候" : "all time";
  if (window.kind === "last") return zh ? `过去 ${window.days} 天` : `last ${window.days} days`;
  if (window.kind === "ago") {
    return zh ? `${window.from_days} 到 ${window.to_days} 天前` : `${window.from_days} to ${window.to_days} days ago`;
  }
  if (window.kind === "calendar") return calendarText(window.unit, window.back, language);
  return `${dateText(window.from, language)} – ${dateText(window.to, language)}`;
}

function calendarText(unit: "month" | "year", back: number, language: Language): string {
  const zh = language === "zh";
  if (back === 0) return unit === "month" ? (zh ? "本月" : "this month") : zh ? "今年" : "this year";
  if (back === 1) return unit === "month" ? (zh ? "上月" : "last month") : zh ? "去年" : "last year";
  if (unit === "month") return zh ? `${back} 个月前的那个月` : `the month ${back} months ago`;
  return zh ? `${back} 年前的那一年` : `the year ${back} years ago`;
}

function dateText(day: string, language: Language): string {
  const [year, month, date] = day.split("-").map(Number);
  if (language === "en" || year === undefined || month === undefined || date === undefined) return day;
  return `${year}年${month}月${date}日`;
}

interface ValueForm {
  readonly type: SubjectType;
  readonly values?: readonly ValueOption[];
  readonly unit?: Unit;
}

function oneValue(value: Scalar, form: ValueForm, language: Language): string {
  const option = form.values?.find((candidate) => candidate.value === String(value));
  if (option !== undefined) return named(option, language);
  if (form.type === "boolean")
    return value === true || value === "true" ? (language === "zh" ? "是" : "yes") : language === "zh" ? "否" : "no";
  if (form.type === "money") return `¥${(Number(value) / 100).toLocaleString("en-US", { maximumFractionDigits: 2 })}`;
  if (form.type === "ratio") return `${Math.round(Number(value) * 10_000) / 100}%`;
  if (form.type === "date") return dateText(String(value), language);
  if (typeof value === "number") return value.toLocaleString("en-US");
  return String(value);
}

/** The values of a comparison in words: "铂金 或 钻石", "45 到 90 天", "¥60". Empty when none is there yet. */
export function valuesText(operator: Operator, values: readonly Scalar[], form: ValueForm, language: Language): string {
  const zh = language === "zh";
  const unit = form.unit === undefined ? "" : ` ${named(form.unit, language)}`;
  if (inDays(operator)) {
    if (values[0] === undefined) return "";
    return zh
      ? `${values[0]} 天${operator === "within_last" || operator === "within_next" ? "内" : ""}`
      : `${values[0]} days`;
  }
  if (values.length === 0) return "";
  const texts = values.map((value) => oneValue(value, form, language));
  if (operator === "between") return texts.join(zh ? " 到 " : " and ") + unit;
  if (valuesNeeded(operator) === "list") return listText(texts, language) + unit;
  return texts[0] + unit;
}

/** A long list is cut so that the sentence stays a sentence. */
function listText(texts: readonly string[], language: Language): string {
  const shown = texts.slice(0, 4).join(language === "zh" ? " 或 " : " or ");
  if (texts.length <= 4) return shown;
  return language === "zh" ? `${shown} 等 ${texts.length} 项` : `${shown} and ${texts.length - 4} more`;
}

/** What a waiting chip asks for. */
const ask = (language: Language): string => (language === "zh" ? "选择…" : "choose…");

const YES_NO = new Set(["是", "否", "yes", "no", "Yes", "No"]);

function comparisonParts(
  operator: Operator,
  values: readonly Scalar[],
  form: ValueForm,
  slot: Slot,
  language: Language,
): readonly Part[] {
  const word = operatorWord(operator, language);
  if (valuesNeeded(operator) === 0) return [chip(word, slot)];
  const text = valuesText(operator, values, form, language);
  const waiting = text === "" || (operator === "between" && values.length < 2);
  if (form.type === "boolean") return [chip(waiting ? ask(language) : text, slot, waiting)];
  // "已绑微信 是", not "已绑微信 是 是"
  if (operator === "in" && values.length === 1 && YES_NO.has(text)) return [chip(text, slot)];
  if (operator === "in" || operator === "not_in") {
    return [words(word), chip(waiting ? ask(language) : text, slot, waiting)];
  }
  return [chip(waiting ? `${word} ${ask(language)}` : `${word} ${text}`, slot, waiting)];
}

function attributeParts(node: AttributeNode, subject: SubjectInfo | undefined, language: Language): readonly Part[] {
  const form: ValueForm = subject ?? { type: "text" };
  const name = subject === undefined ? node.subject : named(subject, language);
  const parts = comparisonParts(node.operator, node.values, form, { at: "comparison" }, language);
  if (form.type === "segment") {
    const inside = node.operator !== "not_in";
    const lead = language === "zh" ? (inside ? "属于分群" : "不属于分群") : inside ? "In segment" : "Not in segment";
    return [words(lead), ...parts.filter((part) => part.kind === "chip")];
  }
  if (form.type === "choice") return choiceParts(node, subject, language);
  return [words(name), ...parts];
}

/** "生日 在 今天起 7 天内"; the snapshot's name already says "in". */
function choiceParts(node: AttributeNode, subject: SubjectInfo | undefined, language: Language): readonly Part[] {
  const zh = language === "zh";
  const values = node.values.map(
    (value) =>
      (subject && choiceNamed(subject, String(value))) ?? {
        value: String(value),
        zh: String(value),
        en: String(value),
      },
  );
  const texts = listText(
    values.map((value) => named(value, language)),
    language,
  );
  const waiting = values.length === 0;
  const list = chip(waiting ? ask(language) : texts, { at: "comparison" }, waiting);
  const outside = node.operator === "not_in";
  const name = subject === undefined ? node.subject : named(subject, language);
  if (node.subject === "snapshot") {
    return [words(outside ? (zh ? `不${name}` : `Not ${name.toLowerCase()}`) : name), list];
  }
  return [words(name), words(operatorWord(outside ? "not_in" : "in", language, "choice")), list];
}

/** "没有" is said for a count of zero, because "次数 = 0 次" is how a form speaks, not a person. */
export const isNever = (node: BehaviourNode): boolean =>
  node.measure === "times" &&
  ((node.operator === "eq" && node.values[0] === 0) ||
    (node.operator === "lte" && node.values[0] === 0) ||
    (node.operator === "lt" && node.values[0] === 1));

function filterParts(
  filter: FieldFilter,
  index: number,
  field: FieldInfo | undefined,
  language: Language,
  side?: Side,
): readonly Part[] {
  const name = field === undefined ? filter.field : named(field, language);
  const form: ValueForm = field ?? { type: "text" };
  const slot: Slot = { at: "filter", index, ...(side === undefined ? {} : { side }) };
  return [words(name), ...comparisonParts(filter.operator, filter.values, form, slot, language)];
}

function allFilterParts(
  where: readonly FieldFilter[],
  fields: readonly FieldInfo[],
  language: Language,
  side?: Side,
): readonly Part[] {
  return where.flatMap((filter, index) => [
    ...(index > 0 ? [words(language === "zh" ? "、" : ",")] : []),
    ...filterParts(
      filter,
      index,
      fields.find((field) => field.field === filter.field),
      language,
      side,
    ),
  ]);
}

/** "在 过去 180 天 先 加购，之后 7 天内 没有 购买，至少 1 次". */
function sequenceParts(
  node: SequenceNode,
  subject: SubjectInfo | undefined,
  vocabulary: Vocabulary,
  language: Language,
): readonly Part[] {
  const zh = language === "zh";
  const step = (side: Side): readonly Part[] => {
    const { step: name, where } = node[side];
    const info = subject?.steps?.find((candidate) => candidate.step === name);
    const text = info === undefined ? name : zh ? info.zh : info.en.toLowerCase();
    return [
      chip(text, { at: "step", side }),
      ...allFilterParts(where, fieldsOfStep(vocabulary, name), language, side),
      { kind: "add", side },
    ];
  };
  const { days, within_days, times } = node;
  const comma = words(zh ? "，" : ",");
  const verb = isFollowed(node) ? (zh ? "又" : "did") : zh ? "没有" : "did not";
  return [
    words(zh ? "在" : "In the"),
    chip(zh ? `过去 ${days} 天` : `last ${days} days`, { at: "days" }),
    words(zh ? "先" : "first"),
    ...step("first"),
    comma,
    words(zh ? "之后" : "then within"),
    chip(zh ? `${within_days} 天内` : `${within_days} days`, { at: "within" }),
    chip(verb, { at: "verb" }),
    ...step("then"),
    comma,
    chip(zh ? `至少 ${times} 次` : `at least ${times} times`, { at: "times" }),
  ];
}

const UNITS: Readonly<Record<string, Unit>> = { times: { zh: "次", en: "times" }, days: { zh: "天", en: "days" } };

/** The unit the vocabulary gives, else the one that everybody expects. */
function unitOf(measure: string, given: Unit | undefined): { readonly unit?: Unit } {
  const unit = given ?? UNITS[measure];
  return unit === undefined ? {} : { unit };
}

function behaviourParts(node: BehaviourNode, subject: SubjectInfo | undefined, language: Language): readonly Part[] {
  const zh = language === "zh";
  const name = subject === undefined ? node.subject : zh ? subject.zh : subject.en.toLowerCase();
  const fields = allFilterParts(node.where, subject?.fields ?? [], language);
  const window = chip(windowText(node.window, language), { at: "window" });
  const measure = measureOf(subject, node.measure);
  const form: ValueForm = {
    type: measure?.type ?? "integer",
    ...(measure?.values === undefined ? {} : { values: measure.values }),
    ...unitOf(node.measure, measure?.unit),
  };
  const comparison = comparisonParts(node.operator, node.values, form, { at: "comparison" }, language);
  const measureChip = chip(measure === undefined ? node.measure : named(measure, language), { at: "measure" });
  const lead =
    node.window.kind === "ever" || (zh && node.window.kind === "calendar")
      ? [window]
      : [words(zh ? "在" : "In the"), window];
  if (isNever(node)) {
    return [...lead, chip(zh ? "没有" : "did not", { at: "comparison" }), words(name), ...fields];
  }
  const tail = zh ? "，" : ",";
  return [...lead, words(name), ...fields, words(tail), measureChip, ...comparison];
}

/** The sentence of a node as words and chips in the reader's language. */
export function sentenceParts(
  node: SentenceNode,
  subject: SubjectInfo | undefined,
  language: Language,
  vocabulary: Vocabulary = { groups: [] },
): readonly Part[] {
  if (node.type === "sequence") return sequenceParts(node, subject, vocabulary, language);
  return node.type === "attribute" ? attributeParts(node, subject, language) : behaviourParts(node, subject, language);
}

/** The same sentence as plain text, for the funnel, for titles and for screen readers. */
export function sentenceText(
  node: SentenceNode,
  subject: SubjectInfo | undefined,
  language: Language,
  vocabulary?: Vocabulary,
): string {
  return sentenceParts(node, subject, language, vocabulary)
    .flatMap((part) => (part.kind === "add" ? [] : [part.text]))
    .join(" ")
    .replaceAll(" ， ", "，")
    .replaceAll(" 、 ", "、")
    .replaceAll(" ,", ",");
}
