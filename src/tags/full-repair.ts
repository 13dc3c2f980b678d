import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { computeMembers } from "./compute.ts";
import { dirtyAmong } from "./dirty-store.ts";
import { bookHash } from "./registry.ts";
import { lockComputing, memberPage, type StoredValues, storedValues, tagState } from "./tags-store.ts";

export const PAGE_MEMBERS = 1_000;

export interface FullProgress {
  readonly signal: AbortSignal;
  progress(done: number, total: number | null, note?: string): Promise<void>;
}

/** What one full computation stands on, and what it found. */
export interface FullRun {
  readonly ground: Ground;
  readonly book: TagBook;
  readonly today: string;
  /** Of the definitions it began with. */
  readonly hash: string;
  readonly total: number;
  readonly at: FullProgress;
  /** undefined: values that were never computed, or by other definitions, are no errors of the incremental way. */
  readonly tally: Tally | undefined;
}

export interface Tally {
  difference: number;
  lagging: number;
  readonly byTag: Map<string, number>;
}

/** The business day turned, or the definitions changed: what was computed of those before says nothing about these. */
export class Overtaken extends Error {
  override readonly name = "Overtaken";
}

/** Waits for the worker's round instead of passing by: what is to be written now must not be skipped. */
export async function holdComputing(tx: Tx): Promise<void> {
  if (!(await lockComputing(tx))) await tx.query("select pg_advisory_xact_lock(hashtext('tags.compute'))");
}

/** Everyone, page by page, in PostgreSQL. @returns how many. */
export async function throughRecords(run: FullRun): Promise<number> {
  let after = 0;
  let done = 0;
  for (;;) {
    run.at.signal.throwIfAborted();
    const page = await run.ground.store.read(SYSTEM_SCOPE, (tx) => memberPage(tx, after, PAGE_MEMBERS));
    const last = page.at(-1);
    if (last === undefined) return done;
    await repair(run, page);
    after = last;
    done += page.length;
    await run.at.progress(done, run.total);
  }
}

/** Computes members again, page by page. @returns how many of them were wrong. */
export async function repairAll(run: FullRun, member_ids: readonly number[]): Promise<number> {
  let wrong = 0;
  for (let from = 0; from < member_ids.length; from += PAGE_MEMBERS) {
    run.at.signal.throwIfAborted();
    wrong += await repair(run, member_ids.slice(from, from + PAGE_MEMBERS));
    await run.at.progress(Math.min(from + PAGE_MEMBERS, member_ids.length), member_ids.length, "repair");
  }
  return wrong;
}

/** Computes members again. Whoever changes without being marked was wrong. @returns how many. */
async function repair(run: FullRun, member_ids: readonly number[]): Promise<number> {
  const { ground, book, today } = run;
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await holdComputing(tx);
    if (((await tagState(tx)).day ?? today) > today) throw new Overtaken();
    const before = await storedValues(tx, member_ids);
    const changed = await computeMembers(tx, ground, book, member_ids, today);
    // by other definitions than the run began with every value may be another one
    const { tally } = run;
    if (changed.length === 0 || tally === undefined || bookHash(book) !== run.hash) return 0;
    const marked = await dirtyAmong(tx, changed);
    const after = await storedValues(tx, changed);
    let wrong = 0;
    for (const member of changed) {
      // a member who came since the last computation is new, not wrong
      if (marked.has(member) || !before.has(member)) continue;
      wrong += 1;
      for (const key of changedKeys(before.get(member), after.get(member))) {
        tally.byTag.set(key, (tally.byTag.get(key) ?? 0) + 1);
      }
    }
    tally.difference += wrong;
    return wrong;
  });
}

function changedKeys(before: StoredValues | undefined, after: StoredValues | undefined): string[] {
  const keys = new Set([...Object.keys(before?.value ?? {}), ...Object.keys(after?.value ?? {})]);
  return [...keys].filter((key) => before?.value[key] !== after?.value[key]);
}
