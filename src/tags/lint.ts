import { type Catalogue, type CheckedTree, checkTree, type Expression, isNumber } from "../query/index.ts";
import { judgesPeople } from "./abstention.ts";
import type { TagDefinition } from "./definition.ts";

const CHINESE = /[\u4e00-\u9fff]/;

/** What is wrong with a definition: where, and a sentence in both languages. */
export interface TagProblem {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}
export type Say = (path: string, zh: string, en: string) => void;

/** What is wrong with a set of definitions, one sentence each; empty when all is well. */
export function lintDefinitions(definitions: readonly TagDefinition[], catalogue: Catalogue): string[] {
  const found: string[] = [];
  const keys = new Set<string>();
  const byKey = new Map(definitions.map((definition) => [definition.key, definition]));
  for (const definition of definitions) {
    const say = (text: string) => found.push(`${definition.key}: ${text}`);
    if (!/^[a-z][a-z0-9_]{2,40}$/.test(definition.key)) say("the key must be snake_case");
    if (keys.has(definition.key)) say("the key is used twice");
    keys.add(definition.key);
    lintWords(definition, say);
    const tree = lintTree(definition, catalogue, { tag: (key) => byKey.get(key)?.expression }, (path, _, en) =>
      say(path === "" ? en : `${path}: ${en}`),
    );
    const judges = (key: string) => byKey.get(key)?.profiling === true;
    if (
      tree !== undefined &&
      definition.profiling !== true &&
      judgesPeople(definition.expression, tree, catalogue, judges)
    )
      say("it rests on judgements about people, so it must say profiling: true");
    lintExample(definition, say);
  }
  return found;
}

function lintWords(definition: TagDefinition, say: (text: string) => void): void {
  const zh = ["zh", "sentence_zh", "window_zh"] as const;
  const en = ["en", "sentence_en", "window_en"] as const;
  for (const field of zh) if (!CHINESE.test(definition[field])) say(`${field} is not Chinese`);
  for (const field of en)
    if (definition[field].trim() === "" || CHINESE.test(definition[field])) say(`${field} is not English`);
  if (!definition.sentence_zh.endsWith("。")) say("sentence_zh is not one sentence ending in 。");
  if (!definition.sentence_en.endsWith(".")) say("sentence_en is not one sentence ending in a full stop");
  const seen = new Set<string>();
  for (const value of definition.values ?? []) {
    if (seen.has(value.value)) say(`the value ${value.value} is listed twice`);
    seen.add(value.value);
    if (!CHINESE.test(value.zh + value.meaning_zh) || value.en === "" || value.meaning_en === "") {
      say(`the value ${value.value} lacks its meaning in both languages`);
    }
  }
}

/**
 * Checks expression, unit, values and reason against the catalogue; the same for tags that ship and tags that people make.
 * @returns the checked tree when the expression itself is right.
 */
export function lintTree(
  definition: Omit<TagDefinition, "example">,
  catalogue: Catalogue,
  options: { tag: (key: string) => Expression | undefined },
  say: Say,
): CheckedTree | undefined {
  const result = checkTree(definition.expression, catalogue, options);
  if (!result.ok) {
    for (const { path, zh, en } of result.problems) say(path === "" ? "expression" : `expression.${path}`, zh, en);
    return undefined;
  }
  const { kind } = result.tree.type;
  const number = isNumber(result.tree.type);
  if (number && definition.unit === undefined) say("unit", "数值标签要有单位", "a number needs a unit");
  if (!number && definition.unit !== undefined) say("unit", "只有数值标签才有单位", "only a number has a unit");
  if (kind === "boolean") {
    say("expression", "不要直接用条件，请给出取值，例如 yes 和 no", "use the values yes and no instead of a condition");
  }
  const listed = new Set((definition.values ?? []).map(({ value }) => value));
  for (const label of new Set(labelsOf(definition.expression))) {
    if (definition.values !== undefined && !listed.has(label))
      say("values", `取值“${label}”不在取值列表里`, `the value ${label} is not in the list of values`);
  }
  const parts = definition.reason.parts ?? {};
  for (const [name, part] of Object.entries(parts)) {
    const checked = checkTree(part.expression, catalogue, options);
    if (checked.ok) continue;
    const { zh, en } = checked.problems[0] ?? { zh: "", en: "" };
    say(`reason.parts.${name}`, `理由里的“${name}”不对：${zh}`, `the part ${name} of the reason is wrong: ${en}`);
  }
  for (const [, name = ""] of `${definition.reason.zh} ${definition.reason.en}`.matchAll(/\{(\w+)\}/g)) {
    if (name !== "value" && !Object.hasOwn(parts, name))
      say("reason", `理由提到 {${name}}，但没有这一部分`, `the reason names {${name}}, which is no part`);
  }
  return result.tree;
}

/** Every text that the root of an expression can produce by itself. */
function labelsOf(node: Expression): string[] {
  if (node.node === "text") return [node.value];
  if (node.node === "bands") return [...node.bands.map(({ label }) => label), node.last];
  if (node.node === "case") {
    const ends = [...node.branches.map(({ then }) => then), ...(node.otherwise === undefined ? [] : [node.otherwise])];
    return ends.flatMap(labelsOf);
  }
  return node.node === "first_known" ? node.parts.flatMap(labelsOf) : [];
}

function lintExample(definition: TagDefinition, say: (text: string) => void): void {
  const { example } = definition;
  if (!(example.rows["members"] ?? []).some((row) => row["member_id"] === 1)) say("the example needs member 1");
  if (example.value === null) say("the example should show a value");
  const listed = definition.values?.map(({ value }) => value);
  if (example.value !== null && listed !== undefined && !listed.includes(example.value)) {
    say("the example's value is not in the list of values");
  }
}
