import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import {
  build as q,
  type CheckedTree,
  checkedTree,
  type Expression,
  formatDecimal,
  type Output,
  planOutputs,
  postgresql,
  printPlan,
} from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { bookOf, displayValue, storedTag } from "../tags/index.ts";
import { type Condition, readCondition, scopeCondition, sentenceOf, storedCatalogue } from "./condition.ts";
import { limitStatement, todayOf } from "./count.ts";
import { STATEMENT_SECONDS_MAX } from "./limits.ts";
import { segmentConditions } from "./segment-store.ts";

/** One part of a condition, judged for one member. */
export interface Explained {
  /** Where the part stands in the condition: indexes of parts from the top, "2.0". */
  readonly path: string;
  readonly kind: "and" | "or" | "not" | "segment" | "condition";
  readonly holds: boolean;
  readonly zh: string;
  readonly en: string;
  /** The member's own value behind a comparison; null where it has none. Absent where there is no single value. */
  readonly actual?: { readonly value: string | null; readonly zh: string; readonly en: string };
  readonly parts: readonly Explained[];
}

export interface Explanation {
  readonly member_id: number;
  readonly holds: boolean;
  readonly business_day: string;
  readonly as_of: string;
  readonly root: Explained;
}

/** A part to be judged, with the names of its outputs. */
interface Part {
  readonly path: string;
  readonly node: Expression;
  readonly kind: Explained["kind"];
  readonly output: string;
  /** The side of a comparison that speaks of the member. */
  readonly subject?: Expression;
  readonly parts: readonly Part[];
}

/**
 * Why a member is in or not: every part of the condition on its own, with the value behind it, from the records as they
 * are now. @throws segments.member_unseen outside the person's stores.
 */
export async function explainMember(
  ground: Ground,
  scope: Scope,
  input: unknown,
  member_id: number,
): Promise<Explanation> {
  return ground.store.read(scope, async (tx) => {
    await limitStatement(tx, STATEMENT_SECONDS_MAX);
    const condition = await readCondition(tx, ground, input);
    const segments = await segmentConditions(tx);
    const partOf = partsOf((id) => segments.get(id)?.condition);
    // who refuses to be judged is told so, as one more reason
    const refuses = await tx.one("select 1 from catalogue.members where member_id = $1 and profiling_refused", [
      member_id,
    ]);
    const top = partOf(refuses === undefined ? (input as Expression) : condition.plain, "");
    const row = await judge(tx, ground, scope, top, member_id);
    if (row === undefined || row["seen"] !== "true") throw problem("segments.member_unseen", { member_id });
    const root = explained(ground, top, row, condition);
    return {
      member_id,
      holds: root.holds,
      business_day: todayOf(ground),
      as_of: ground.clock.now().toISOString(),
      root,
    };
  });
}

/** Splits a condition at its ands, ors and nots, and at references to segments. */
function partsOf(target: (id: number) => Expression | undefined) {
  let outputs = 0;
  const partOf = (node: Expression, path: string): Part => {
    const output = `e${outputs++}`;
    const below = (child: Expression, place: string) => partOf(child, path === "" ? place : `${path}.${place}`);
    const part = (kind: Part["kind"], parts: readonly Part[], subject?: Expression): Part => ({
      path,
      node,
      kind,
      output,
      parts,
      ...(subject === undefined ? {} : { subject }),
    });
    switch (node.node) {
      case "and":
      case "or":
        return part(
          node.node,
          node.parts.map((child, index) => below(child, String(index))),
        );
      case "not":
        return part("not", [below(node.part, "0")]);
      case "segment": {
        const condition = target(node.id);
        return part("segment", condition === undefined ? [] : [below(condition, "0")]);
      }
      case "compare":
        return part("condition", [], node.left);
      case "in":
      case "is_known":
        return part("condition", [], node.value);
      default:
        return part("condition", []);
    }
  };
  return partOf;
}

type Row = Readonly<Record<string, string | null>>;

async function judge(tx: Tx, ground: Ground, scope: Scope, top: Part, member_id: number): Promise<Row | undefined> {
  const book = bookOf(ground);
  const segments = await segmentConditions(tx);
  const check = (node: Expression): CheckedTree =>
    checkedTree(node, storedCatalogue(ground), {
      tag: (key) => storedTag(book, key),
      segment: (id) => segments.get(id)?.condition,
    });
  const exists = q.isKnown(q.member("join_day"));
  const scoped = scopeCondition(scope);
  const outputs: Output[] = [
    { name: "seen", tree: check(scoped === undefined ? exists : q.and(exists, scoped)), as: "text" },
  ];
  const visit = (part: Part): void => {
    outputs.push({ name: part.output, tree: check(part.node), as: "text" });
    if (part.subject !== undefined) outputs.push({ name: `${part.output}v`, tree: check(part.subject), as: "text" });
    part.parts.forEach(visit);
  };
  visit(top);
  const plan = planOutputs(outputs, storedCatalogue(ground), todayOf(ground));
  return tx.one<Row>(printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" }), [[member_id]]);
}

function explained(ground: Ground, part: Part, row: Row, condition: Condition): Explained {
  const sentence = sentenceOf(ground, part.node, condition.names);
  const actual = part.subject === undefined ? undefined : shown(ground, part.subject, row[`${part.output}v`] ?? null);
  return {
    path: part.path,
    kind: part.kind,
    holds: row[part.output] === "true",
    ...sentence,
    ...(actual === undefined ? {} : { actual }),
    parts: part.parts.map((child) => explained(ground, child, row, condition)),
  };
}

/** A value as people read it: amounts in major units, listed values by name. */
function shown(ground: Ground, subject: Expression, value: string | null): NonNullable<Explained["actual"]> {
  if (value === null) return { value, zh: "没有值", en: "not known" };
  if (value === "true" || value === "false") {
    return { value, zh: value === "true" ? "是" : "否", en: value === "true" ? "yes" : "no" };
  }
  if (subject.node === "tag") {
    const definition = bookOf(ground).get(subject.key)?.definition;
    if (definition !== undefined) {
      return {
        value,
        zh: displayValue(definition, value, ground.config, "zh"),
        en: displayValue(definition, value, ground.config, "en"),
      };
    }
  }
  const column = columnBehind(ground, subject);
  const listed = column?.values?.find((candidate) => candidate.value === value);
  if (listed !== undefined) return { value, zh: listed.zh, en: listed.en };
  if (column?.unit === "minor" && /^-?\d+$/.test(value)) {
    const amount = formatDecimal(BigInt(value), 2);
    return { value, zh: amount, en: amount };
  }
  return { value, zh: value, en: value };
}

/** The column whose values an expression has, so that they are shown as that column's are. */
function columnBehind(ground: Ground, node: Expression) {
  const named = (relation: string, name: string) =>
    ground.catalogue.find(relation)?.columns.find((column) => column.name === name);
  if (node.node === "profile") return named(node.relation, node.column);
  if (node.node === "aggregate" && (node.function === "count" || node.function === "count_distinct")) return undefined;
  if (node.node === "aggregate" || node.node === "mode" || node.node === "first" || node.node === "last") {
    return node.value?.node === "column" ? named(node.relation, node.value.column) : undefined;
  }
  if (node.node === "ratio") return columnBehind(ground, node.numerator);
  return undefined;
}
