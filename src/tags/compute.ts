import type { Ground } from "../ground.ts";
import { businessDay } from "../platform/index.ts";
import { planOutputs, postgresql, printPlan } from "../query/index.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { dependantsOf } from "./dependants-store.ts";
import { freshnessOf } from "./metrics.ts";
import { followSwitches } from "./switch-store.ts";
import { lockComputing, takeDirty, turnDay, writeValues } from "./tags-store.ts";

/** Marks taken at once; 1,000 members take well under a second, so that a fresh mark waits for no more than that. */
export const MARKS_MAX = 1_000;
/** Members computed by one statement. */
export const MEMBERS_MAX = 1_000;

const statements = new WeakMap<TagBook, { today: string; version: number; sql: string }>();

/** The select of member_id, value, wake_day for the members in $1 on a day: all tags in as few passes as possible. */
export function valuesStatement(ground: Ground, book: TagBook, today: string): string {
  const known = statements.get(book);
  if (known?.today === today && known.version === book.version) return known.sql;
  const { values, wakes } = book.outputs(today);
  const outputs = [...values.map((output) => ({ ...output, as: "text" as const })), ...wakes];
  const plan = planOutputs(outputs, ground.catalogue, today);
  const computed = printPlan(plan, postgresql, { kind: "given", array: "$1::bigint[]" });
  const columns = values.map(({ name }) => `q."${name}"`).join(", ");
  const wake = wakes.length === 0 ? "null::date" : `least(${wakes.map(({ name }) => `q."${name}"`).join(", ")})`;
  const sql = `select q.member_id, (select jsonb_strip_nulls(to_jsonb(t)) from (select ${columns}) t) as value, ${wake} as wake_day
    from (${computed}) q
    where exists (select 1 from catalogue.members x where x.member_id = q.member_id)`;
  statements.set(book, { today, version: book.version, sql });
  return sql;
}

/** Computes members now in PostgreSQL and keeps the result. @returns those whose values changed. */
export async function computeMembers(
  tx: Tx,
  ground: Ground,
  book: TagBook,
  member_ids: readonly number[],
  today: string,
): Promise<number[]> {
  if (member_ids.length === 0) return [];
  // compiling such a wide statement would take longer than running it
  await tx.query("set local jit = off");
  const changed: number[] = [];
  for (let at = 0; at < member_ids.length; at += MEMBERS_MAX) {
    const part = member_ids.slice(at, at + MEMBERS_MAX);
    const found = await writeValues(tx, valuesStatement(ground, book, today), part, ground.clock.now());
    if (found.length > 0) await emit(tx, "tags.changed", [{ member_ids: found }]);
    changed.push(...found);
  }
  return changed;
}

export interface Round {
  readonly marks: number;
  readonly changed: readonly number[];
}

/** One round of the worker: turns the day if a new one began, then computes the members that were marked first. */
export async function computeDirty(ground: Ground, book: TagBook): Promise<Round> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const round = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (!(await lockComputing(tx))) return { marks: 0, changed: [], since: null };
    await followSwitches(tx, book);
    await turnDay(tx, today, ground.clock.now());
    const batch = await takeDirty(tx, MARKS_MAX);
    const members = new Set([...batch.member_ids, ...(await dependantsOf(tx, batch))]);
    return {
      marks: batch.marks,
      since: batch.since,
      changed: await computeMembers(tx, ground, book, [...members], today),
    };
  });
  if (round.since !== null) freshnessOf(ground).observe((ground.clock.now().getTime() - round.since.getTime()) / 1000);
  if (round.changed.length > 0) ground.signals.emit("tags.changed", { member_ids: round.changed });
  return { marks: round.marks, changed: round.changed };
}

/** Until nothing is marked any more: for tests, seeding and commands. */
export async function settleTags(ground: Ground, book: TagBook): Promise<number> {
  let changed = 0;
  for (;;) {
    const round = await computeDirty(ground, book);
    changed += round.changed.length;
    if (round.marks === 0) return changed;
  }
}
