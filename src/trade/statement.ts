/**
 * A statement is what one record said about one order, return, product, store or staff member. Everything else in
 * trade is a pure function of the set of statements, so the order in which they arrive cannot matter.
 */
export interface Statement<Body> {
  readonly record_id: string;
  /** Time of the state it describes: `updated_at` of the record, else `occurred_at`. */
  readonly version_at: Date;
  readonly occurred_at: Date;
  readonly received_at: Date;
  readonly party_id: number | null;
  /** Whether it states its entity whole at that version, so that lines it leaves out are gone. */
  readonly is_whole: boolean;
  readonly body: Body;
}

/** Oldest first; equal versions in the order of their record ids, so that the last one wins everywhere alike. */
export function byVersion<Body>(statements: readonly Statement<Body>[]): Statement<Body>[] {
  return [...statements].sort(
    (a, b) =>
      a.version_at.getTime() - b.version_at.getTime() ||
      (a.record_id < b.record_id ? -1 : a.record_id > b.record_id ? 1 : 0),
  );
}

/** The newest value that any statement gives for a field; null when none does. */
export function newest<Body, Value>(
  sorted: readonly Statement<Body>[],
  pick: (statement: Statement<Body>) => Value | null | undefined,
): Value | null {
  for (let i = sorted.length - 1; i >= 0; i -= 1) {
    const statement = sorted[i];
    const value = statement === undefined ? undefined : pick(statement);
    if (value !== undefined && value !== null) return value;
  }
  return null;
}

/** The statements that are not overruled by a newer whole one. */
export function current<Body>(sorted: readonly Statement<Body>[]): readonly Statement<Body>[] {
  const whole_at = sorted.reduce(
    (at, s) => (s.is_whole ? Math.max(at, s.version_at.getTime()) : at),
    Number.NEGATIVE_INFINITY,
  );
  return sorted.filter((s) => s.version_at.getTime() >= whole_at);
}

/** The earliest time at which the entity happened, among the statements that count. */
export function happenedAt<Body>(statements: readonly Statement<Body>[]): Date {
  return new Date(Math.min(...statements.map((s) => s.occurred_at.getTime())));
}

/** Lines are a set: each key once, the newest statement of it wins. In the order of their keys. */
export function uniteLines<Body, L extends { readonly key: string }>(
  sorted: readonly Statement<Body>[],
  lines: (body: Body) => readonly L[],
): L[] {
  const united = new Map<string, L>();
  for (const statement of sorted) for (const line of lines(statement.body)) united.set(line.key, line);
  return [...united.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}
