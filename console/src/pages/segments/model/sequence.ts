import type { SequenceNode, SequenceStep } from "./draft.ts";
import { addedTo, readFilters } from "./comparison-reading.ts";
import { sameTree } from "./same-tree.ts";
import { filterTrees, isTree, narrowing } from "./comparison.ts";
import {
  type FieldInfo,
  findSubject,
  type StepInfo,
  type SubjectInfo,
  type TreeNode,
  type Vocabulary,
} from "./vocabulary.ts";

/** The other form: "又" instead of "没有" and back. */
export function otherForm(subject: string): string {
  return subject === NOT_FOLLOWED ? "sequence.followed" : NOT_FOLLOWED;
}
const NOT_FOLLOWED = "sequence.not_followed";
export const isFollowed = (node: SequenceNode): boolean => node.subject !== NOT_FOLLOWED;

export const DAYS_BACK_MAX = 3660;

/** The fields by which a step can be narrowed: those of the behaviour it is made of. */
export const fieldsOfStep = (vocabulary: Vocabulary, step: string): readonly FieldInfo[] =>
  findSubject(vocabulary, step)?.fields ?? [];

type Rows = Readonly<Record<string, unknown>>;

function rowsOf({ step, where }: SequenceStep, subject: SubjectInfo, vocabulary: Vocabulary): Rows | null {
  const info = subject.steps?.find((candidate) => candidate.step === step);
  const filters = filterTrees(where, fieldsOfStep(vocabulary, step));
  if (info === undefined || filters === null) return null;
  const narrowed = narrowing(info.rows.where, filters);
  return { relation: info.rows.relation, ...(narrowed === undefined ? {} : { where: narrowed }) };
}

/** The condition of a sequence, in the form that the vocabulary shows; null when a step is not known. */
export function sequenceTree(node: SequenceNode, subject: SubjectInfo, vocabulary: Vocabulary): TreeNode | null {
  const [from, then] = [node.first, node.then].map((step) => rowsOf(step, subject, vocabulary));
  const left = subject.expression?.["left"];
  if (from == null || then == null || !isTree(left)) return null;
  const back = isFollowed(node) ? {} : { back: node.within_days };
  const first = { ...from, window: { kind: "days", days: node.days, ...back } };
  const filled = (tree: TreeNode): TreeNode => {
    if (tree.node === "sequence") return { node: "sequence", first, then, within_days: node.within_days };
    if (tree.node === "aggregate") return { node: "aggregate", function: "count", ...first };
    const entries = Object.entries(tree).map(([key, value]) => [key, isTree(value) ? filled(value) : value]);
    return Object.fromEntries(entries) as TreeNode;
  };
  return { node: "compare", operator: ">=", left: filled(left), right: { node: "integer", value: node.times } };
}

function sequenceIn(tree: TreeNode): TreeNode | null {
  if (tree.node === "sequence") return tree;
  for (const value of Object.values(tree)) {
    const found = isTree(value) ? sequenceIn(value) : null;
    if (found !== null) return found;
  }
  return null;
}

function readStep(rows: Rows, step: StepInfo, vocabulary: Vocabulary): SequenceStep | null {
  if (rows["relation"] !== step.rows.relation) return null;
  const added = addedTo(step.rows.where, rows["where"]);
  const where = added === null ? null : readFilters(added, fieldsOfStep(vocabulary, step.step));
  return where === null ? null : { step: step.step, where };
}

/** The sequence that a condition says, if it says exactly that. */
export function readSequence(
  tree: TreeNode,
  subject: SubjectInfo,
  vocabulary: Vocabulary,
  id: string,
): SequenceNode | null {
  const found = tree.node === "compare" && isTree(tree["left"]) ? sequenceIn(tree["left"]) : null;
  if (found === null) return null;
  const { first, then, within_days } = found as TreeNode & { first: Rows; then: Rows; within_days: number };
  const days = (first["window"] as { days?: number } | undefined)?.days;
  const times = (tree["right"] as TreeNode | undefined)?.["value"];
  if (days === undefined || typeof times !== "number") return null;
  const steps = (rows: Rows) =>
    (subject.steps ?? []).map((step) => readStep(rows, step, vocabulary)).filter((step) => step !== null);
  for (const from of steps(first)) {
    for (const to of steps(then)) {
      const node: SequenceNode = {
        type: "sequence",
        id,
        subject: subject.subject,
        first: from,
        then: to,
        within_days,
        days,
        times,
      };
      if (sameTree(sequenceTree(node, subject, vocabulary), tree)) return node;
    }
  }
  return null;
}
