import { targetOf } from "./annotations.ts";
import type { Expression } from "./node.ts";
import { childrenOf } from "./plan.ts";

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
