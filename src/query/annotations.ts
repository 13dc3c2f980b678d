import type { Expression, SegmentNode, TagNode } from "./node.ts";
import type { ValueType } from "./value-type.ts";

/**
 * What checking found out, hung on the nodes of a checked tree. The checker works on a private copy in which every node
 * is an object of its own, so identity is a safe key and the tree itself stays plain JSON.
 */
const types = new WeakMap<Expression, ValueType>();
const targets = new WeakMap<Expression, Expression>();

export function setType(node: Expression, type: ValueType): void {
  types.set(node, type);
}

export function setTarget(node: TagNode | SegmentNode, target: Expression): void {
  targets.set(node, target);
}

/** The type of a node of a checked tree. @throws for a node that was not checked. */
export function typeOf(node: Expression): ValueType {
  const type = types.get(node);
  if (type === undefined) throw new Error(`node ${node.node} was not checked`);
  return type;
}

/** The expression for which a reference of a checked tree stands. */
export function targetOf(node: TagNode | SegmentNode): Expression {
  const target = targets.get(node);
  if (target === undefined) throw new Error(`reference ${node.node} was not checked`);
  return target;
}
