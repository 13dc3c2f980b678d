import { targetOf } from "./annotations.ts";
import type { Expression } from "./node.ts";
import { childrenOf } from "./plan.ts";

/** Which rows of a relation are read, told by a text column of it: none, any, or those with one of these values. */
export type RowsRead = "none" | "any" | ReadonlySet<string>;

/**
 * Which rows of `relation` decide the value of a checked tree, references followed. Never too few: where the conditions
 * do not narrow `column` down to named values, the answer is "any".
 */
export function rowsRead(root: Expression, relation: string, column: string): RowsRead {
  let found: RowsRead = "none";
  const add = (where: Expression | undefined): void => {
    const values = where === undefined ? undefined : valuesOf(where, column);
    if (values === undefined || found === "any") found = "any";
    else found = found === "none" ? values : new Set([...found, ...values]);
  };
  const visit = (node: Expression): void => {
    switch (node.node) {
      case "tag":
      case "segment":
        return visit(targetOf(node));
      case "profile":
        return node.relation === relation ? add(undefined) : undefined;
      case "sequence":
        for (const rows of [node.first, node.then]) if (rows.relation === relation) add(rows.where);
        return;
      case "aggregate":
      case "mode":
      case "first":
      case "last":
      case "gaps":
      case "nth_day":
        if (node.relation === relation) add(node.where);
        if (node.node === "aggregate" && node.via?.relation === relation) add(node.via.where);
        return;
      default:
        for (const child of childrenOf(node)) visit(child);
    }
  };
  visit(root);
  return found;
}

/** The values that a condition allows a column to have; undefined when it does not say. */
function valuesOf(where: Expression, column: string): ReadonlySet<string> | undefined {
  switch (where.node) {
    case "in":
      return isColumn(where.value, column) ? new Set(where.options.map(String)) : undefined;
    case "compare": {
      if (where.operator !== "=") return undefined;
      const [value] = [where.left, where.right].filter((side) => side.node === "text");
      const named = isColumn(where.left, column) || isColumn(where.right, column);
      return named && value !== undefined ? new Set([value.value]) : undefined;
    }
    case "and":
      return where.parts.map((part) => valuesOf(part, column)).find((values) => values !== undefined);
    case "or": {
      const all = where.parts.map((part) => valuesOf(part, column));
      if (all.length === 0 || all.includes(undefined)) return undefined;
      return new Set(all.flatMap((values) => [...(values ?? [])]));
    }
    default:
      return undefined;
  }
}

function isColumn(node: Expression, column: string): boolean {
  return node.node === "column" && node.column === column;
}
