import { createHash } from "node:crypto";
import type { Ground } from "../ground.ts";
import {
  build as q,
  checkedTree,
  type CheckedTree,
  checkTree,
  type Expression,
  type Output,
  planOutputs,
  postgresql,
  printPlan,
  wakeTree,
} from "../query/index.ts";
import type { Tx } from "../store/index.ts";
import { bookOf, isDecidedBy, storedTag } from "../tags/index.ts";
import { storedCatalogue, willing, withoutSegments } from "./condition.ts";
import { keptConditions, type KeptCondition } from "./segment-store.ts";

/** A kept segment's condition, ready to be evaluated over records. */
export interface KeptTree {
  readonly segment_id: number;
  readonly hash: string;
  /** Whether the membership was filled by this very form of the condition. */
  readonly filled: boolean;
  readonly tree: CheckedTree;
}

/** All segments that are followed, as one statement for given members. */
export interface MembershipPlan {
  readonly segment_ids: readonly number[];
  /** A select of member_id, s<segment_id> … and wake_day for the members in $1; undefined when nothing is followed. */
  readonly sql: string | undefined;
  /** Whether behaviour of a kind can move anybody into or out of one of them. */
  isDecidedBy(kind: string): boolean;
}

const plans = new WeakMap<Ground, { key: string; plan: MembershipPlan }>();

/** The statement for the segments as they are kept now, on a day; made anew when a condition, a filling or the day changed. */
export async function membershipPlan(tx: Tx, ground: Ground, today: string): Promise<MembershipPlan> {
  const kept = await keptConditions(tx);
  const key = createHash("sha256")
    .update(JSON.stringify([today, kept]))
    .digest("hex");
  const known = plans.get(ground);
  if (known?.key === key) return known.plan;
  const trees = keptTrees(ground, kept).filter((one) => one.filled);
  const decided = new Map<string, boolean>();
  const plan = {
    segment_ids: trees.map((one) => one.segment_id),
    sql: trees.length === 0 ? undefined : statementOf(ground, trees, today),
    isDecidedBy: (kind: string) => decides(kind, ground, trees, decided),
  };
  plans.set(ground, { key, plan });
  return plan;
}

function decides(kind: string, ground: Ground, trees: readonly KeptTree[], decided: Map<string, boolean>): boolean {
  let known = decided.get(kind);
  if (known === undefined) {
    known = trees.some(({ tree }) => isDecidedBy(tree.root, kind, storedCatalogue(ground)));
    decided.set(kind, known);
  }
  return known;
}

/** Every kept condition that fits the catalogue; one that does not is left out, its segment says what is wrong. */
export function keptTrees(ground: Ground, kept: readonly KeptCondition[]): KeptTree[] {
  const byId = new Map(kept.map((row) => [row.segment_id, row]));
  const book = bookOf(ground);
  return kept.flatMap(({ segment_id, condition, filled_hash }) => {
    const options = {
      tag: (key: string) => storedTag(book, key),
      segment: (id: number) => byId.get(id)?.condition,
    };
    const checked = checkTree(condition, storedCatalogue(ground), options, "boolean");
    if (!checked.ok) return [];
    const plain = willing(ground, withoutSegments(condition, byId), checked.tree);
    const tree = checkedTree(plain, storedCatalogue(ground), options);
    const hash = hashOf(ground, plain);
    return [{ segment_id, hash, filled: hash === filled_hash, tree }];
  });
}

/** Changes when the condition, a segment behind it or the kind of a tag in it changes. */
function hashOf(ground: Ground, plain: Expression): string {
  const tags: Record<string, string> = {};
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const { node, key } = value as { node?: unknown; key?: unknown };
    if (node === "tag" && typeof key === "string") tags[key] = bookOf(ground).get(key)?.kind ?? "";
    Object.values(value).forEach(visit);
  };
  visit(plain);
  return createHash("sha256")
    .update(JSON.stringify([plain, tags]))
    .digest("hex")
    .slice(0, 32);
}

function statementOf(ground: Ground, trees: readonly KeptTree[], today: string): string {
  const values = trees.map(({ segment_id, tree }) => ({ name: `s${segment_id}`, tree }));
  const wakes = wakesOf(ground, trees, today);
  const plan = planOutputs([...values, ...wakes], storedCatalogue(ground), today);
  const rows = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
  const columns = values.map(({ name }) => `p."${name}"`).join(", ");
  return `select p.member_id, ${columns}, ${wakeColumn(wakes)} as wake_day from (${rows}) p`;
}

function wakesOf(ground: Ground, trees: readonly KeptTree[], today: string): Output[] {
  const wakes = new Map<string, CheckedTree>();
  for (const { tree } of trees) {
    const wake = wakeTree(tree, storedCatalogue(ground), today);
    if (wake !== undefined) wakes.set(JSON.stringify(wake.root), wake);
  }
  return [...wakes.values()].map((tree, index) => ({ name: `wake_${index + 1}`, tree }));
}

function wakeColumn(wakes: readonly Output[]): string {
  return wakes.length === 0 ? "null::date" : `least(${wakes.map(({ name }) => `p."${name}"`).join(", ")})`;
}

/** A select of member_id and wake_day for everyone; undefined when the condition does not depend on the day. */
export function wakeStatement(ground: Ground, tree: KeptTree, today: string): string | undefined {
  const wakes = wakesOf(ground, [tree], today);
  if (wakes.length === 0) return undefined;
  const plan = planOutputs(wakes, storedCatalogue(ground), today);
  return `select p.member_id, ${wakeColumn(wakes)} as wake_day from (${printPlan(plan, postgresql, { kind: "all" })}) p`;
}

/** A select of the ids of everyone for whom the condition holds. */
export function everyoneStatement(ground: Ground, { tree }: KeptTree, today: string): string {
  const plan = planOutputs([{ name: "holds", tree }], storedCatalogue(ground), today);
  return `select p.member_id from (${printPlan(plan, postgresql, { kind: "all" })}) p where p.holds`;
}

/** The condition "is in the snapshot". */
export function inSnapshot(snapshot_id: number): Expression {
  const where = q.equals(q.column("snapshot_id"), snapshot_id);
  return q.atLeast(q.count("snapshot_members", { where }), 1);
}
