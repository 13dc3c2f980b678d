import { sentence, type Params } from "../platform/index.ts";
import { setTarget, setType, typeOf } from "./annotations.ts";
import "./errors.ts";
import { checkMeasure, measureNodes } from "./check-measures.ts";
import { checkScalar, scalarFields } from "./check-scalars.ts";
import { DEPTH_MAX, type Expression, NODES_MAX, type SegmentNode, type TagNode } from "./node.ts";
import type { Catalogue, Relation } from "./relation.ts";
import { BOOLEAN, typeName, type ValueType } from "./value-type.ts";

/** What stands in the way of using a tree: where, and a sentence in both languages. */
export interface TreeProblem {
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** How references are followed: gives the expression behind one, undefined when there is none. */
export interface CheckOptions {
  readonly tag?: (key: string) => Expression | undefined;
  readonly segment?: (id: number) => Expression | undefined;
  /** For trees that the program makes itself (wake.ts): rows still to come may be asked for, size is not bounded. */
  readonly internal?: boolean;
}

/** A tree that was found right: a private copy, with a type on every node and a target on every reference (annotations.ts). */
export interface CheckedTree {
  readonly root: Expression;
  readonly type: ValueType;
}

export type CheckResult =
  | { readonly ok: true; readonly tree: CheckedTree }
  | { readonly ok: false; readonly problems: readonly TreeProblem[] };

const PROBLEMS_MAX = 20;

/** The walk over one tree: collects problems instead of throwing, so that a builder can mark every wrong place at once. */
export class Checker {
  readonly problems: TreeProblem[] = [];
  readonly catalogue: Catalogue;
  readonly options: CheckOptions;
  readonly #open: string[] = [];
  #nodes = 0;
  #depth = 0;

  constructor(catalogue: Catalogue, options: CheckOptions) {
    this.catalogue = catalogue;
    this.options = options;
  }

  report(path: string, name: string, params: Params = {}): undefined {
    if (this.problems.length >= PROBLEMS_MAX) return undefined;
    const code = `query.${name}`;
    const filled = { place: path === "" ? "root" : path, ...params };
    this.problems.push({ path, code, zh: sentence(code, filled, "zh"), en: sentence(code, filled, "en") });
    return undefined;
  }

  /** The type of a node, or undefined after reporting why it has none. `row` is the relation in row scope. */
  check(node: Expression, path: string, row: Relation | null): ValueType | undefined {
    if (typeof node !== "object" || node === null || typeof node.node !== "string") {
      return this.report(path, "not_a_node");
    }
    if (this.#depth >= DEPTH_MAX) return this.report(path, "too_deep", { max: DEPTH_MAX });
    if (++this.#nodes > NODES_MAX && this.options.internal !== true) {
      return this.#nodes === NODES_MAX + 1 ? this.report(path, "too_large", { max: NODES_MAX }) : undefined;
    }
    this.#depth++;
    const type = this.#typeOf(node, path, row);
    this.#depth--;
    if (type !== undefined) setType(node, type);
    return type;
  }

  /** A tree that must be a condition. */
  condition(node: Expression, path: string, row: Relation | null): void {
    const type = this.check(node, path, row);
    if (type !== undefined && type.kind !== "boolean") this.wrongType(path, BOOLEAN, type);
  }

  wrongType(path: string, wanted: ValueType | "number", actual: ValueType): undefined {
    return this.report(path, "wrong_type", {
      wanted_zh: typeName(wanted, "zh"),
      wanted_en: typeName(wanted, "en"),
      actual_zh: typeName(actual, "zh"),
      actual_en: typeName(actual, "en"),
    });
  }

  /** Checks what a reference stands for, at its place. */
  reference(node: TagNode | SegmentNode, path: string): ValueType | undefined {
    const name = node.node === "tag" ? `tag:${node.key}` : `segment:${node.id}`;
    if (this.#open.includes(name)) return this.report(path, "cycle", { cycle: [...this.#open, name].join(" → ") });
    const found = node.node === "tag" ? this.options.tag?.(node.key) : this.options.segment?.(node.id);
    if (found === undefined) {
      return node.node === "tag"
        ? this.report(path, "unknown_tag", { key: node.key })
        : this.report(path, "unknown_segment", { id: node.id });
    }
    const copy = privateCopy(found);
    setTarget(node, copy);
    this.#open.push(name);
    const type = this.check(copy, `${path}(${name})`, null);
    this.#open.pop();
    return type;
  }

  #typeOf(node: Expression, path: string, row: Relation | null): ValueType | undefined {
    if (measureNodes.has(node.node)) return checkMeasure(this, node, path, row);
    if (Object.hasOwn(scalarFields, node.node)) return checkScalar(this, node, path, row);
    return this.report(path, "unknown_node", { node: String((node as { node: unknown }).node).slice(0, 40) });
  }
}

/**
 * Checks a tree at member scope against the catalogue: shape, names, types, bounds, cycles.
 * @param expected the kind it must have, e.g. "boolean" for a segment's condition.
 */
export function checkTree(
  input: unknown,
  catalogue: Catalogue,
  options: CheckOptions = {},
  expected?: ValueType["kind"],
): CheckResult {
  const checker = new Checker(catalogue, options);
  const root = privateCopy(input) as Expression;
  const type = checker.check(root, "", null);
  if (type !== undefined && expected !== undefined && type.kind !== expected) {
    checker.wrongType("", expected === "decimal" ? { kind: expected, scale: 0 } : { kind: expected }, type);
  }
  if (checker.problems.length > 0) return { ok: false, problems: checker.problems };
  return { ok: true, tree: { root, type: typeOf(root) } };
}

/** As checkTree, for definitions that ship: @throws with every problem in the message. */
export function checkedTree(input: unknown, catalogue: Catalogue, options: CheckOptions = {}): CheckedTree {
  const result = checkTree(input, catalogue, options);
  if (result.ok) return result.tree;
  throw new Error(result.problems.map((problem) => `${problem.path}: ${problem.en}`).join("\n"));
}

/** Every node an object of its own, so that types can hang on identity; also drops anything that is not JSON. */
function privateCopy<T>(value: T): T {
  const text = JSON.stringify(value);
  return (text === undefined ? null : JSON.parse(text)) as T;
}
