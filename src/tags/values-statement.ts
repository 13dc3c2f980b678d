import type { Ground } from "../ground.ts";
import { planOutputs, postgresql, printPlan } from "../query/index.ts";
import { isDecidedBy } from "./behaviour.ts";
import type { TagBook } from "./book.ts";

/** Statements for some of the tags that are kept ready: as many as there are mixtures of behaviour. */
const STATEMENTS_MAX = 64;
/** Days whose statements are kept: in the evening the next day is prepared beside the present one. */
const DAYS_MAX = 2;

interface Prepared {
  readonly version: number;
  /** By the keys of the tags. */
  readonly statements: Map<string, string>;
  /** Keys of the tags that one more row of a kind of behaviour can change. */
  readonly decided: Map<string, readonly string[]>;
}

const prepared = new WeakMap<TagBook, Map<string, Prepared>>();

function preparedFor(book: TagBook, today: string): Prepared {
  const days = prepared.get(book) ?? new Map<string, Prepared>();
  prepared.set(book, days);
  const known = days.get(today);
  if (known?.version === book.version) return known;
  days.delete(today);
  for (const day of [...days.keys()].slice(0, days.size - DAYS_MAX + 1)) days.delete(day);
  const fresh = { version: book.version, statements: new Map(), decided: new Map() };
  days.set(today, fresh);
  return fresh;
}

/**
 * The select of member_id, value, wake_day for the members in $1 on a day: all tags, or those with these keys, in as few
 * passes as possible.
 */
export function valuesStatement(ground: Ground, book: TagBook, today: string, keys?: readonly string[]): string {
  const { statements } = preparedFor(book, today);
  const name = keys === undefined ? "" : keys.join(" ");
  let sql = statements.get(name);
  if (sql === undefined) {
    if (statements.size > STATEMENTS_MAX) statements.clear();
    sql = makeStatement(ground, book, today, keys);
    statements.set(name, sql);
  }
  return sql;
}

function makeStatement(ground: Ground, book: TagBook, today: string, keys: readonly string[] | undefined): string {
  const { values, wakes } = book.outputs(today, keys);
  const outputs = [...values.map((output) => ({ ...output, as: "text" as const })), ...wakes];
  const plan = planOutputs(outputs, ground.catalogue, today);
  const computed = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
  const columns = values.map(({ name }) => `q."${name}"`).join(", ");
  const wake = wakes.length === 0 ? "null::date" : `least(${wakes.map(({ name }) => `q."${name}"`).join(", ")})`;
  return `select q.member_id, (select jsonb_strip_nulls(to_jsonb(t)) from (select ${columns}) t) as value, ${wake} as wake_day
    from (${computed}) q
    where exists (select 1 from catalogue.members x where x.member_id = q.member_id)`;
}

/** Keys of the tags that behaviour of these kinds can change, in a fixed order. */
export function keysDecidedBy(
  ground: Ground,
  book: TagBook,
  today: string,
  kinds: readonly string[],
): readonly string[] {
  const { decided } = preparedFor(book, today);
  const of = (kind: string): readonly string[] => {
    let keys = decided.get(kind);
    if (keys === undefined) {
      keys = [...book.tags]
        .filter(([, tag]) => isDecidedBy(tag.stored.root, kind, ground.catalogue))
        .map(([key]) => key);
      decided.set(kind, keys);
    }
    return keys;
  };
  return [...new Set(kinds.flatMap(of))].sort();
}
