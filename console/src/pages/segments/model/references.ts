/** What of a segment matters to know who asks for it. */
interface Kept {
  readonly segment_id: number;
  readonly name: string;
  readonly condition: unknown;
}

/** Whether a condition asks for a segment anywhere in its tree. */
export function refersTo(node: unknown, segment_id: number): boolean {
  if (typeof node !== "object" || node === null) return false;
  const { node: kind, id } = node as { node?: unknown; id?: unknown };
  return (kind === "segment" && id === segment_id) || Object.values(node).some((part) => refersTo(part, segment_id));
}

/** The other segments whose condition asks for this one. */
export const usersOf = <T extends Kept>(segment_id: number, all: readonly T[]): readonly T[] =>
  all.filter((one) => one.segment_id !== segment_id && refersTo(one.condition, segment_id));

/** "茶客 副本", then "茶客 副本 2": a name that nobody has yet. */
export function copyName(name: string, taken: readonly string[], word: string): string {
  const used = new Set(taken.map((one) => one.toLowerCase()));
  for (let turn = 1; ; turn++) {
    const copy = `${name} ${word}${turn === 1 ? "" : ` ${turn}`}`;
    if (!used.has(copy.toLowerCase())) return copy;
  }
}
