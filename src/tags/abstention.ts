import { build as q, type Catalogue, type CheckedTree, type Expression, relationsOf } from "../query/index.ts";
import type { TagDefinition } from "./definition.ts";

type Judging = Pick<TagDefinition, "expression" | "profiling">;

/** True for members who refuse to be profiled. */
export const REFUSES_PROFILING: Expression = q.member("profiling_refused");

/**
 * What is computed for a definition: of one that judges people, nothing for whoever refuses that. It is a part of the
 * tree, so that every engine and the evaluator leave them out alike, and whatever refers to the tag as well.
 */
export function computedExpression({ expression, profiling }: Judging): Expression {
  return profiling === true ? abstaining(expression) : expression;
}

export function abstaining(expression: Expression): Expression {
  return q.choose([[q.not(REFUSES_PROFILING), expression]]);
}

/** Every tag that an expression names directly. */
export function tagsNamed(node: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { node: kind, key } = value as { node?: unknown; key?: unknown };
    if (kind === "tag" && typeof key === "string") found.add(key);
    for (const part of Object.values(value)) visit(part);
  };
  visit(node);
  return found;
}

/**
 * Whether an expression rests on judgements about people: on a tag that is one, or on a relation that holds some.
 * @param judges whether a tag is one, by its key
 */
export function judgesPeople(
  expression: Expression,
  tree: CheckedTree,
  catalogue: Catalogue,
  judges: (key: string) => boolean,
): boolean {
  const relations = [...relationsOf(tree.root)];
  return [...tagsNamed(expression)].some(judges) || relations.some((name) => catalogue.find(name)?.profiling === true);
}
