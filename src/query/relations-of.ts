import { targetOf } from "./annotations.ts";
import type { Expression, Measure } from "./node.ts";
import { childrenOf } from "./plan.ts";
import type { Catalogue } from "./relation.ts";

/** Names of the relations that a checked tree reads, references followed. */
export function relationsOf(root: Expression): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: Expression): void => {
    switch (node.node) {
      case "tag":
      case "segment":
        return visit(targetOf(node));
      case "profile":
      case "mode":
      case "first":
      case "last":
      case "gaps":
      case "nth_day":
        found.add(node.relation);
        return;
      case "aggregate":
        found.add(node.relation);
        if (node.via !== undefined) found.add(node.via.relation);
        return;
      case "sequence":
        found.add(node.first.relation).add(node.then.relation);
        return;
      default:
        for (const child of childrenOf(node)) visit(child);
    }
  };
  visit(root);
  return found;
}

/** The columns that a checked tree names, as "relation.column", references followed: not those that a relation has for its order. */
export function columnsOf(root: Expression): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: Expression | undefined, relation: string): void => {
    if (node === undefined) return;
    switch (node.node) {
      case "tag":
      case "segment":
        return visit(targetOf(node), relation);
      case "profile":
        found.add(`${node.relation}.${node.column}`);
        return;
      case "column":
        found.add(`${relation}.${node.column}`);
        return;
      case "sequence":
        for (const step of [node.first, node.then]) visit(step.where, step.relation);
        return;
      case "aggregate":
        if (node.via !== undefined) {
          found.add(`${node.via.relation}.${node.via.column}`);
          visit(node.via.where, node.via.relation);
        }
        return inside(node);
      case "mode":
      case "first":
      case "last":
      case "gaps":
      case "nth_day":
        return inside(node);
      default:
        for (const child of childrenOf(node)) visit(child, relation);
    }
  };
  const inside = (node: Exclude<Measure, { node: "sequence" }>): void => {
    if (node.window?.on !== undefined) found.add(`${node.relation}.${node.window.on}`);
    visit(node.where, node.relation);
    if ("value" in node) visit(node.value, node.relation);
    if ("weight" in node) visit(node.weight, node.relation);
    if ("by" in node) visit(node.by, node.relation);
  };
  visit(root, "");
  return found;
}

/**
 * All columns that an engine reads for a tree, as "relation.column": those it names, and those by which the rows of its
 * relations are ordered. May name more than are read.
 */
export function columnsRead(root: Expression, catalogue: Catalogue): ReadonlySet<string> {
  const found = new Set(columnsOf(root));
  const edges = hasEdge(root);
  for (const name of relationsOf(root)) {
    const { day, instant, key, per_member } = catalogue.get(name);
    const order = per_member === "many" ? [day, instant, ...(edges ? key : [])] : [];
    for (const column of order) if (column !== undefined) found.add(`${name}.${column}`);
  }
  return found;
}

/** Whether a first or last row is asked for: its ties are broken by the relation's key. */
function hasEdge(node: Expression): boolean {
  if (node.node === "tag" || node.node === "segment") return hasEdge(targetOf(node));
  return node.node === "first" || node.node === "last" || childrenOf(node).some(hasEdge);
}
