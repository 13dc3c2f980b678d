import type { Ground } from "../ground.ts";
import { businessDay } from "../platform/index.ts";
import { defineJob, type JobKind, SYSTEM_SCOPE } from "../store/index.ts";
import { turnTo } from "./ahead.ts";
import type { TagBook } from "./book.ts";
import { clearFailures } from "./failure-store.ts";
import { throughLake } from "./full-compare.ts";
import { fillFromLake, ROUNDS_KEPT_MS } from "./full-fill.ts";
import { Overtaken, type FullProgress, type FullRun, holdComputing, throughRecords } from "./full-repair.ts";
import { forgetRounds } from "./full-store.ts";
import { keepDay } from "./history.ts";
import { bookHash, bookOf, kindsOf } from "./registry.ts";
import { countStatistics, writeStatistics } from "./statistics-store.ts";
import { followSwitches } from "./switch-store.ts";
import {
  deleteStrangers,
  type FullResult,
  memberTotal,
  tagState,
  writeDefinitions,
  writeFullResult,
} from "./tags-store.ts";

export type { FullProgress } from "./full-repair.ts";

const ATTEMPTS_MAX = 3;

/**
 * The periodic truth. With a lake: every member's values are computed there, and whoever differs from what is stored is
 * computed again in PostgreSQL. If that changes the stored values they were wrong: a difference, which must be zero. If
 * not, the lake had not yet seen the newest records. Values that were never computed, or by other definitions, come from
 * the lake without comparing. Without a lake PostgreSQL computes everyone itself.
 */
export async function computeAll(ground: Ground, book: TagBook, at: FullProgress): Promise<FullResult> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await computeOnce(ground, book, at);
    } catch (error) {
      if (!(error instanceof Overtaken) || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function computeOnce(ground: Ground, book: TagBook, at: FullProgress): Promise<FullResult> {
  const started = ground.wall.now().getTime();
  const { run, fresh } = await begin(ground, book, at);
  const { engine, members } = await (fresh ? firstValues(run) : sameValues(run));
  const { tally } = run;
  const result: FullResult = {
    engine,
    hash: run.hash,
    members,
    seconds: (ground.wall.now().getTime() - started) / 1000,
    difference: tally?.difference ?? 0,
    difference_by_tag: Object.fromEntries(tally?.byTag ?? []),
    lagging: tally?.lagging ?? 0,
  };
  const counted_at = ground.clock.now();
  const counted = await ground.store.read(SYSTEM_SCOPE, countStatistics);
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await writeFullResult(tx, result, ground.clock.now());
    await forgetRounds(tx, new Date(ground.clock.now().getTime() - ROUNDS_KEPT_MS));
    await writeStatistics(tx, counted, counted_at);
  });
  await keepDay(ground, book);
  if (result.difference > 0) ground.log.error({ ...result }, "stored tags differed from the full computation");
  return result;
}

async function begin(ground: Ground, book: TagBook, at: FullProgress): Promise<{ run: FullRun; fresh: boolean }> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const { total, fresh, hash } = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await holdComputing(tx);
    await followSwitches(tx, book);
    // of the definitions it begins with: if others are switched on meanwhile, not everyone has values by them
    const hash = bookHash(book);
    await writeDefinitions(tx, kindsOf(book));
    await turnTo(tx, ground, book, today);
    const state = await tagState(tx);
    await clearFailures(tx);
    await deleteStrangers(tx);
    return { total: await memberTotal(tx), fresh: state.full_at === null || state.definitions_hash !== hash, hash };
  });
  const tally = fresh ? undefined : { difference: 0, lagging: 0, byTag: new Map<string, number>() };
  return { run: { ground, book, today, hash, total, at, tally }, fresh };
}

type Through = Pick<FullResult, "engine" | "members">;

async function firstValues(run: FullRun): Promise<Through> {
  const members = await fillFromLake(run);
  return members === undefined
    ? { engine: "postgresql", members: await throughRecords(run) }
    : { engine: "duckdb", members };
}

async function sameValues(run: FullRun): Promise<Through> {
  return (await throughLake(run)) ?? { engine: "postgresql", members: await throughRecords(run) };
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
