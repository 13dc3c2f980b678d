import type { Ground } from "../ground.ts";
import {
  type Catalogue,
  checkedTree,
  type CheckedTree,
  checkTree,
  columnOf,
  columnsOf,
  type Expression,
  type Sensitivity,
} from "../query/index.ts";
import { abstaining, computedExpression, judgesPeople } from "./abstention.ts";
import { type StoredKind, storedKindOf, type TagBook } from "./book.ts";
import { type CustomDefinition, readDefinition } from "./custom-definition.ts";
import type { TagDefinition } from "./definition.ts";
import { lintTree, type Say, type TagProblem } from "./lint.ts";

export interface CheckedDefinition {
  readonly definition: CustomDefinition;
  readonly tree: CheckedTree;
  readonly kind: StoredKind;
}
export type DefinitionResult =
  | ({ readonly ok: true } & CheckedDefinition)
  | { readonly ok: false; readonly problems: readonly TagProblem[] };

/** Other definitions that people made, by key, as they would be after the change. */
export type Others = ReadonlyMap<string, Pick<TagDefinition, "key" | "zh" | "en" | "expression" | "profiling">>;

/**
 * Reads and checks a definition as a person or a file sent it: shape, names that are taken, expression, references and
 * cycles, privacy. @param others what people made, with the definitions that come together with this one.
 */
export function checkDefinition(ground: Ground, book: TagBook, others: Others, input: unknown): DefinitionResult {
  const read = readDefinition(input);
  if (!read.ok) return read;
  const { definition } = read;
  const problems: TagProblem[] = [];
  const say: Say = (path, zh, en) => problems.push({ path, zh, en });
  takenNames(definition, book, others, say);
  const references = { tag: (key: string) => expressionOf(key, definition, book, others) };
  const tree = lintTree(definition, ground.catalogue, references, say);
  if (tree === undefined || problems.length > 0) return { ok: false, problems };
  lintPrivacy(definition, tree, ground.catalogue, say);
  if (problems.length > 0) return { ok: false, problems };
  const inherits = judgesPeople(definition.expression, tree, ground.catalogue, (key) => judges(key, book, others));
  // whoever refuses to be judged is not judged by what people make of judgements either
  const judging = definition.profiling === true || inherits;
  if (!judging) return { ok: true, definition, tree, kind: storedKindOf(definition.expression, tree) };
  const computed = checkedTree(abstaining(definition.expression), ground.catalogue, references);
  const kind = storedKindOf(definition.expression, tree);
  return { ok: true, definition: { ...definition, profiling: true }, tree: computed, kind };
}

function judges(key: string, book: TagBook, others: Others): boolean {
  return (others.get(key) ?? book.get(key)?.definition)?.profiling === true;
}

function expressionOf(key: string, own: CustomDefinition, book: TagBook, others: Others): Expression | undefined {
  if (key === own.key) return own.expression;
  const other = others.get(key) ?? (book.isCustom(key) ? undefined : book.get(key)?.definition);
  return other === undefined ? undefined : computedExpression(other);
}

function takenNames(own: CustomDefinition, book: TagBook, others: Others, say: Say): void {
  if (book.isShipped(own.key))
    say(
      "key",
      `键“${own.key}”已被内置标签使用，请换一个`,
      `the key ${own.key} is taken by a built-in tag, choose another`,
    );
  const named = [...[...book.shipped].map(({ key, zh, en }) => ({ key, zh, en })), ...others.values()];
  for (const other of named) {
    if (other.key === own.key) continue;
    if (other.zh === own.zh)
      say("zh", `名称“${own.zh}”已被标签 ${other.key} 使用`, `the name ${own.zh} is taken by the tag ${other.key}`);
    if (other.en.toLowerCase() === own.en.toLowerCase())
      say("en", `英文名“${own.en}”已被标签 ${other.key} 使用`, `the name ${own.en} is taken by the tag ${other.key}`);
  }
}

const LEVELS: readonly Sensitivity[] = ["L1", "L2", "L3", "L4"];

/** The least privacy class of a tree: that of the most private column it reads. */
export function leastPrivacy(tree: CheckedTree, catalogue: Catalogue): Sensitivity {
  let most = 0;
  for (const name of columnsOf(tree.root)) {
    const [relation = "", column = ""] = name.split(".");
    const { sensitivity } = columnOf(catalogue.get(relation), column) ?? {};
    most = Math.max(most, LEVELS.indexOf(sensitivity ?? "L2"));
  }
  return LEVELS[most] ?? "L1";
}

function lintPrivacy(definition: CustomDefinition, tree: CheckedTree, catalogue: Catalogue, say: Say): void {
  const least = leastPrivacy(tree, catalogue);
  if (LEVELS.indexOf(definition.privacy) >= LEVELS.indexOf(least)) return;
  say(
    "privacy",
    `它读取 ${least} 级的字段，隐私级别至少是 ${least}`,
    `it reads columns of class ${least}, so its privacy class is at least ${least}`,
  );
}

/** What of the other definitions would no longer fit after a change: one sentence each, by the tag it concerns. */
export function brokenOthers(ground: Ground, book: TagBook, after: Others): TagProblem[] {
  const tag = (key: string) => {
    const found = after.get(key) ?? (book.isCustom(key) ? undefined : book.get(key)?.definition);
    return found === undefined ? undefined : computedExpression(found);
  };
  const problems: TagProblem[] = [];
  for (const other of after.values()) {
    const result = checkTree(other.expression, ground.catalogue, { tag });
    if (result.ok) continue;
    const { zh, en } = result.problems[0] ?? { zh: "", en: "" };
    problems.push({
      path: other.key,
      zh: `标签“${other.zh}”（${other.key}）将不再成立：${zh}`,
      en: `the tag ${other.en} (${other.key}) would no longer hold: ${en}`,
    });
  }
  return problems;
}
