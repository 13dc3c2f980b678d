/** Whether two pieces of a condition are the same, whatever the order of their keys. */
export const sameTree = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const left = Object.entries(a).filter(([, value]) => value !== undefined);
  const right = Object.entries(b).filter(([, value]) => value !== undefined);
  return (
    left.length === right.length && left.every(([key, value]) => sameTree(value, (b as Record<string, unknown>)[key]))
  );
};
