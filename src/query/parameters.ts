import type { Constant, Expression } from "./node.ts";

/** Values of parameters by name. */
export type Parameters = Readonly<Record<string, Constant>>;

/**
 * A copy of a tree (or of anything that holds trees) with the parameters that have a value put in. One without a value
 * stays, and checking refuses it.
 */
export function bindParameters<T>(part: T, values: Parameters): T {
  return bound(part, values) as T;
}

function bound(part: unknown, values: Parameters): unknown {
  if (Array.isArray(part)) return part.map((one) => bound(one, values));
  if (typeof part !== "object" || part === null) return part;
  const node = part as Partial<Expression>;
  if (node.node === "parameter" && typeof node.name === "string") {
    return Object.hasOwn(values, node.name) ? values[node.name] : part;
  }
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, bound(value, values)]));
}
