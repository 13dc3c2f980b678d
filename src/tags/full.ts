import { businessDay } from "../platform/index.ts";
import type { Ground } from "../ground.ts";
import { defineJob, type JobKind, SYSTEM_SCOPE } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import { computeMembers } from "./compute.ts";
import { lakeValues } from "./lake-values.ts";
import { bookHash, bookOf, kindsOf } from "./registry.ts";
import { refreshStatistics } from "./statistics-store.ts";
import { followSwitches } from "./switch-store.ts";
import {
  deleteStrangers,
  dirtyAmong,
  type FullResult,
  lockComputing,
  memberPage,
  memberTotal,
  type StoredValues,
  storedValues,
  tagState,
  turnDay,
  writeDefinitions,
  writeFullResult,
} from "./tags-store.ts";

const PAGE_MEMBERS = 1_000;

export interface FullProgress {
  readonly signal: AbortSignal;
  progress(done: number, total: number | null, note?: string): Promise<void>;
}

interface Tally {
  difference: number;
  lagging: number;
  readonly byTag: Map<string, number>;
}

/**
 * The periodic truth. With a lake: every member's values are computed there, and whoever differs from what is stored is
 * computed again in PostgreSQL. If that changes the stored values they were wrong: a difference, which must be zero. If
 * not, the lake had not yet seen the newest records. Without a lake PostgreSQL computes everyone itself.
 */
export async function computeAll(ground: Ground, book: TagBook, at: FullProgress): Promise<FullResult> {
  const started = ground.clock.now().getTime();
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const { total, fresh, hash } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await followSwitches(tx, book);
    // of the definitions it begins with: if others are switched on meanwhile, not everyone has values by them
    const hash = bookHash(book);
    await writeDefinitions(tx, kindsOf(book));
    await turnDay(tx, today, ground.clock.now());
    const state = await tagState(tx);
    await deleteStrangers(tx);
    return { total: await memberTotal(tx), fresh: state.full_at === null || state.definitions_hash !== hash, hash };
  });
  const tally: Tally = { difference: 0, lagging: 0, byTag: new Map() };
  // values that were never computed, or by other definitions, are no errors of the incremental way
  const lake = fresh ? undefined : await lakeValues(ground, book, today);
  const members =
    lake === undefined
      ? await throughRecords(ground, book, today, total, at, fresh ? undefined : tally)
      : await throughLake(ground, book, today, lake.rows, total, at, tally);
  const result: FullResult = {
    engine: lake?.engine ?? "postgresql",
    hash,
    members,
    seconds: (ground.clock.now().getTime() - started) / 1000,
    difference: tally.difference,
    difference_by_tag: Object.fromEntries(tally.byTag),
    lagging: tally.lagging,
  };
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await writeFullResult(tx, result, ground.clock.now());
    await refreshStatistics(tx, ground.clock.now());
  });
  if (result.difference > 0) ground.log.error({ ...result }, "stored tags differed from the full computation");
  return result;
}

/** Everyone, page by page, in PostgreSQL. */
async function throughRecords(
  ground: Ground,
  book: TagBook,
  today: string,
  total: number,
  at: FullProgress,
  tally: Tally | undefined,
): Promise<number> {
  let after = 0;
  let done = 0;
  for (;;) {
    at.signal.throwIfAborted();
    const page = await ground.store.read(SYSTEM_SCOPE, (tx) => memberPage(tx, after, PAGE_MEMBERS));
    const last = page.at(-1);
    if (last === undefined) return done;
    await repair(ground, book, page, today, tally);
    after = last;
    done += page.length;
    await at.progress(done, total);
  }
}

/** Everyone in the lake; PostgreSQL only for those who differ. */
async function throughLake(
  ground: Ground,
  book: TagBook,
  today: string,
  lake: AsyncIterable<readonly LakeRow[]>,
  total: number,
  at: FullProgress,
  tally: Tally,
): Promise<number> {
  let done = 0;
  for await (const rows of lake) {
    at.signal.throwIfAborted();
    const stored = await ground.store.read(SYSTEM_SCOPE, (tx) =>
      storedValues(
        tx,
        rows.map((row) => row.member_id),
      ),
    );
    const suspects = rows.filter((row) => differs(row.value, stored.get(row.member_id))).map((row) => row.member_id);
    if (suspects.length > 0) {
      const wrong = await repair(ground, book, suspects, today, tally);
      tally.lagging += suspects.length - wrong;
    }
    done += rows.length;
    await at.progress(done, total);
  }
  return done;
}

export interface LakeRow {
  readonly member_id: number;
  /** Only the tags that the lake can compute. */
  readonly value: Readonly<Record<string, string | null>>;
}

function differs(computed: LakeRow["value"], stored: StoredValues | undefined): boolean {
  return Object.entries(computed).some(([key, value]) => (stored?.value[key] ?? null) !== value);
}

/** Computes members again. Whoever changes without being marked was wrong. @returns how many. */
async function repair(
  ground: Ground,
  book: TagBook,
  member_ids: readonly number[],
  today: string,
  tally: Tally | undefined,
): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    // waits for the worker's round instead of passing by: this page must not be skipped
    if (!(await lockComputing(tx))) await tx.query("select pg_advisory_xact_lock(hashtext('tags.compute'))");
    const before = await storedValues(tx, member_ids);
    const changed = await computeMembers(tx, ground, book, member_ids, today);
    if (changed.length === 0 || tally === undefined) return 0;
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

export const fullJob: JobKind = defineJob<Record<string, never>>({
  kind: "tags.full",
  run: ({ ground, signal, progress }) => computeAll(ground, bookOf(ground), { signal, progress }),
});

/** Makes sure that everyone has values by the present definitions; cheap when that is so. */
export async function ensureComputed(ground: Ground): Promise<void> {
  const book = bookOf(ground);
  const state = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
    await followSwitches(tx, book);
    return tagState(tx);
  });
  if (state.full_at !== null && state.definitions_hash === bookHash(book)) return;
  await computeAll(ground, book, { signal: new AbortController().signal, progress: async () => {} });
}
