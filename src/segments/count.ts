import type { Ground } from "../ground.ts";
import { businessDay, problem, sleep } from "../platform/index.ts";
import {
  build as q,
  type CheckedTree,
  checkedTree,
  type Expression,
  type Output,
  planOutputs,
  postgresql,
  printPlan,
} from "../query/index.ts";
import { type Scope, stopStatement, type Tx } from "../store/index.ts";
import { bookOf, storedTag } from "../tags/index.ts";
import { type Condition, readCondition, scopeCondition, sentenceOf, stepsOf, storedCatalogue } from "./condition.ts";
import { COUNTS_MAX, LAKE_MEMBERS_MIN, MANY_MS, SLOW_MS, STATEMENT_SECONDS_MAX } from "./limits.ts";
import type { MemberSet } from "./member-set.ts";
import { memberTotal, segmentConditions } from "./segment-store.ts";
import { Sets } from "./sets.ts";

export type CountEngine = "postgresql" | "duckdb";

export interface CountAnswer {
  readonly count: number;
  readonly total: number;
  readonly elapsed_ms: number;
  /** Whether it took so long that narrowing the condition is worth while. */
  readonly slow: boolean;
  /** What was known at this instant: now in the records, the newest batch in the lake. */
  readonly as_of: string;
  /** The day that relative dates mean. */
  readonly business_day: string;
  readonly engine: CountEngine;
  readonly steps: readonly { path: string; zh: string; en: string; remaining: number }[];
}

export interface CountOptions {
  readonly engine?: CountEngine;
  readonly self?: number;
  /** Aborts when nobody waits for the answer any more: the statement is stopped too. */
  readonly signal?: AbortSignal;
}

const running = new WeakMap<Ground, { counts: number }>();

/** Holds one of the few places for heavy questions while `work` runs. @throws segments.busy when all are taken. */
export async function inPlace<T>(ground: Ground, work: () => Promise<T>): Promise<T> {
  const slots = running.get(ground) ?? { counts: 0 };
  running.set(ground, slots);
  if (slots.counts >= COUNTS_MAX) throw problem("segments.busy", { max: COUNTS_MAX });
  slots.counts += 1;
  try {
    return await work();
  } finally {
    slots.counts -= 1;
  }
}

/** Counts a condition step by step. @throws segments.bad_condition, segments.busy, segments.too_slow, segments.cancelled. */
export async function countCondition(
  ground: Ground,
  scope: Scope,
  input: unknown,
  options: CountOptions = {},
): Promise<CountAnswer> {
  return inPlace(ground, () => ground.store.read(scope, (tx) => count(tx, ground, scope, input, options)));
}

interface Counted {
  readonly engine: CountEngine;
  readonly as_of: Date;
  readonly total: number;
  readonly remaining: readonly number[];
}

async function count(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  input: unknown,
  options: CountOptions,
): Promise<CountAnswer> {
  const started = performance.now();
  const condition = await readCondition(tx, ground, input, options.self);
  const steps = stepsOf(condition.root);
  const counted = await within(
    STATEMENT_SECONDS_MAX,
    async (signal) => {
      const sets = await setsFor(tx, ground, scope, signal, options.engine);
      return sets === undefined
        ? cancellable(ground, tx, signal, () => countInRecords(tx, ground, scope, condition))
        : countInSets(sets, condition);
    },
    options.signal,
  );
  const elapsed_ms = Math.round(performance.now() - started);
  return {
    count: counted.remaining.at(-1) ?? 0,
    total: counted.total,
    elapsed_ms,
    slow: elapsed_ms > SLOW_MS,
    as_of: counted.as_of.toISOString(),
    business_day: todayOf(ground),
    engine: counted.engine,
    steps: steps.map(({ path, node }, index) => ({
      path,
      ...sentenceOf(ground, node, condition.names),
      remaining: counted.remaining[index] ?? 0,
    })),
  };
}

/**
 * The sets to answer from: with many members, columns and kept sets are quicker than any statement over rows; with few,
 * PostgreSQL answers from the newest record. @returns undefined when the records are to answer.
 */
export async function setsFor(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  signal: AbortSignal,
  engine?: CountEngine,
): Promise<Sets | undefined> {
  if (engine === "postgresql") return undefined;
  if (engine === undefined && !(await hasMany(tx, ground))) return undefined;
  return Sets.open(tx, ground, scope, signal);
}

const many = new WeakMap<Ground, number>();

/** Whether there are many members. Counting a million takes longer than all the rest, so that many are believed in for a while. */
export async function hasMany(tx: Tx, ground: Ground): Promise<boolean> {
  const now = ground.clock.now().getTime();
  if (now < (many.get(ground) ?? 0)) return true;
  const found = (await memberTotal(tx)) >= LAKE_MEMBERS_MIN;
  if (found) many.set(ground, now + MANY_MS);
  return found;
}

async function countInSets(sets: Sets, condition: Condition): Promise<Counted> {
  const nodes = stepsOf(condition.plain).map((step) => step.node);
  let left: MemberSet | undefined;
  const remaining = (await sets.all(nodes)).map((set) => {
    left = left === undefined ? set : left.and(set);
    return left.size;
  });
  return { engine: "duckdb", as_of: sets.as_of, total: sets.visible.size, remaining };
}

export function todayOf(ground: Ground): string {
  return businessDay(ground.clock.now(), ground.config.timezone);
}

/** Conditions over stored tags, with the scope as the last output. */
async function outputsOf(tx: Tx, ground: Ground, scope: Scope, nodes: readonly Expression[]): Promise<Output[]> {
  const segments = await segmentConditions(tx);
  const book = bookOf(ground);
  const check = (node: Expression): CheckedTree =>
    checkedTree(node, storedCatalogue(ground), {
      tag: (key) => storedTag(book, key),
      segment: (id) => segments.get(id)?.condition,
    });
  const seen = check(scopeCondition(scope) ?? q.operand(true));
  return [...nodes.map((node, index) => ({ name: `c${index}`, tree: check(node) })), { name: "seen", tree: seen }];
}

function countStatement(outputs: readonly Output[], statement: string): string {
  const conditions = outputs.slice(0, -1).map((output) => `"${output.name}"`);
  const remaining = conditions.map((_, index) => {
    return `count(*) filter (where seen and ${conditions.slice(0, index + 1).join(" and ")}) as r${index}`;
  });
  return `select count(*) filter (where seen) as total, ${remaining.join(", ")} from (${statement}) x`;
}

async function countInRecords(tx: Tx, ground: Ground, scope: Scope, condition: Condition): Promise<Counted> {
  const nodes = stepsOf(condition.plain).map((step) => step.node);
  const outputs = await outputsOf(tx, ground, scope, nodes);
  const plan = planOutputs(outputs, storedCatalogue(ground), todayOf(ground));
  await limitStatement(tx, STATEMENT_SECONDS_MAX);
  const sql = countStatement(outputs, printPlan(plan, postgresql, { kind: "all" }));
  const row = (await tx.one<Readonly<Record<string, unknown>>>(sql)) ?? {};
  return {
    engine: "postgresql",
    as_of: ground.clock.now(),
    total: Number(row["total"] ?? 0),
    remaining: nodes.map((_, index) => Number(row[`r${index}`] ?? 0)),
  };
}

/** Every statement of the transaction ends after this time; compiling wide statements would cost more than it saves. */
export async function limitStatement(tx: Tx, seconds: number): Promise<void> {
  await tx.query(`set local statement_timeout = ${seconds * 1000}`);
  await tx.query("set local jit = off");
}

/** Stops the running statement of the transaction when the signal aborts. */
export async function cancellable<T>(ground: Ground, tx: Tx, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = () => void stopStatement(ground.store, tx).catch(() => undefined);
  signal.addEventListener("abort", stop);
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

const CANCELLED = new Set(["57014"]);

/**
 * Ends work that takes too long with a sentence instead of a stack. @param outer aborts when nobody waits any more.
 * @throws segments.too_slow, segments.cancelled.
 */
export async function within<T>(
  seconds: number,
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const late = new AbortController();
  const done = new AbortController();
  // for the lake; PostgreSQL has its own statement_timeout, which comes first
  void sleep(seconds * 1000, done.signal).then(() => late.abort());
  const signal = outer === undefined ? late.signal : AbortSignal.any([late.signal, outer]);
  try {
    return await work(signal);
  } catch (error) {
    if (outer?.aborted === true) throw problem("segments.cancelled");
    const stopped = late.signal.aborted || CANCELLED.has((error as { code?: string }).code ?? "");
    throw stopped ? problem("segments.too_slow", { seconds }) : error;
  } finally {
    done.abort();
  }
}

/** A select of the member ids for which a condition holds, over records. */
export async function memberStatement(tx: Tx, ground: Ground, scope: Scope, input: unknown): Promise<string> {
  const { plain } = await readCondition(tx, ground, input);
  const outputs = await outputsOf(tx, ground, scope, [plain]);
  const plan = planOutputs(outputs, storedCatalogue(ground), todayOf(ground));
  return `select member_id from (${printPlan(plan, postgresql, { kind: "all" })}) x where "c0" and seen`;
}
