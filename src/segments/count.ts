import type { Ground } from "../ground.ts";
import { lakeEngine, newestBatch } from "../lake/index.ts";
import { businessDay, problem, sleep } from "../platform/index.ts";
import {
  build as q,
  type CheckedTree,
  checkedTree,
  duckdb,
  type Expression,
  type Output,
  planOutputs,
  postgresql,
  printPlan,
  relationsOf,
} from "../query/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { bookOf, storedTag } from "../tags/index.ts";
import { type Condition, readCondition, scopeCondition, sentenceOf, stepsOf, storedCatalogue } from "./condition.ts";
import { COUNTS_MAX, LAKE_MEMBERS_MIN, STATEMENT_SECONDS_MAX } from "./limits.ts";
import { memberTotal, segmentConditions } from "./segment-store.ts";

export type CountEngine = "postgresql" | "duckdb";

export interface CountAnswer {
  readonly count: number;
  readonly total: number;
  readonly elapsed_ms: number;
  /** What was known at this instant: now in the records, the newest batch in the lake. */
  readonly as_of: string;
  /** The day that relative dates mean. */
  readonly business_day: string;
  readonly engine: CountEngine;
  readonly steps: readonly { path: string; zh: string; en: string; remaining: number }[];
}

const running = new WeakMap<Ground, { counts: number }>();

/** Counts a condition step by step. @throws segments.bad_condition, segments.busy, segments.too_slow. */
export async function countCondition(
  ground: Ground,
  scope: Scope,
  input: unknown,
  options: { engine?: CountEngine; self?: number } = {},
): Promise<CountAnswer> {
  const slots = running.get(ground) ?? { counts: 0 };
  running.set(ground, slots);
  if (slots.counts >= COUNTS_MAX) throw problem("segments.busy", { max: COUNTS_MAX });
  slots.counts += 1;
  try {
    return await ground.store.read(scope, (tx) => count(tx, ground, scope, input, options));
  } finally {
    slots.counts -= 1;
  }
}

async function count(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  input: unknown,
  options: { engine?: CountEngine; self?: number },
): Promise<CountAnswer> {
  const started = performance.now();
  const condition = await readCondition(tx, ground, input, options.self);
  const total = await memberTotal(tx);
  const engine = options.engine ?? engineFor(ground, condition, total);
  const steps = stepsOf(condition.root);
  const trees = steps.map((step) => step.node);
  const row = await within(STATEMENT_SECONDS_MAX, (signal) => {
    return engine === "duckdb"
      ? countInLake(tx, ground, scope, trees, signal)
      : countInRecords(tx, ground, scope, trees);
  });
  const remaining = steps.map((_, index) => Number(row[`r${index}`] ?? 0));
  return {
    count: remaining.at(-1) ?? 0,
    total: Number(row["total"] ?? 0),
    elapsed_ms: Math.round(performance.now() - started),
    as_of: (await asOf(tx, ground, engine)).toISOString(),
    business_day: todayOf(ground),
    engine,
    steps: steps.map(({ path, node }, index) => ({
      path,
      ...sentenceOf(ground, node, condition.names),
      remaining: remaining[index] ?? 0,
    })),
  };
}

async function asOf(tx: Tx, ground: Ground, engine: CountEngine): Promise<Date> {
  const batch = engine === "duckdb" ? await newestBatch(tx) : undefined;
  return batch?.snapshot_at ?? ground.clock.now();
}

/**
 * Profiles and stored tags are one pass over small rows, which PostgreSQL does in any size. Histories of many members
 * are what columns are made for: there the lake is quicker, at the price of its lag.
 */
export function engineFor(ground: Ground, condition: Condition, members: number): CountEngine {
  if (members < LAKE_MEMBERS_MIN) return "postgresql";
  const stored = [...relationsOf(condition.stored.root)];
  const histories = stored.some((name) => storedCatalogue(ground).get(name).per_member === "many");
  const inLake = [...relationsOf(condition.defined.root)].every((name) => ground.catalogue.get(name).lake !== false);
  return histories && inLake ? "duckdb" : "postgresql";
}

export function todayOf(ground: Ground): string {
  return businessDay(ground.clock.now(), ground.config.timezone);
}

/** Trees of one engine's reading of tags, with the scope as the last output. */
async function outputsOf(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  nodes: readonly Expression[],
  engine: CountEngine,
): Promise<Output[]> {
  const segments = await segmentConditions(tx);
  const book = bookOf(ground);
  const check = (node: Expression): CheckedTree =>
    checkedTree(node, engine === "duckdb" ? ground.catalogue : storedCatalogue(ground), {
      tag: engine === "duckdb" ? book.references.tag : (key) => storedTag(book, key),
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

type CountRow = Readonly<Record<string, unknown>>;

async function countInRecords(tx: Tx, ground: Ground, scope: Scope, nodes: readonly Expression[]): Promise<CountRow> {
  const outputs = await outputsOf(tx, ground, scope, nodes, "postgresql");
  const plan = planOutputs(outputs, storedCatalogue(ground), todayOf(ground));
  await limitStatement(tx, STATEMENT_SECONDS_MAX);
  return (await tx.one<CountRow>(countStatement(outputs, printPlan(plan, postgresql, { kind: "all" })))) ?? {};
}

async function countInLake(
  tx: Tx,
  ground: Ground,
  scope: Scope,
  nodes: readonly Expression[],
  signal: AbortSignal,
): Promise<CountRow> {
  const outputs = await outputsOf(tx, ground, scope, nodes, "duckdb");
  const plan = planOutputs(outputs, ground.catalogue, todayOf(ground));
  const sql = countStatement(outputs, printPlan(plan, duckdb, { kind: "all" }));
  const result = await lakeEngine(ground).query(sql, [], { signal });
  return result.rows[0] ?? {};
}

/** Every statement of the transaction ends after this time; compiling wide statements would cost more than it saves. */
export async function limitStatement(tx: Tx, seconds: number): Promise<void> {
  await tx.query(`set local statement_timeout = ${seconds * 1000}`);
  await tx.query("set local jit = off");
}

const CANCELLED = new Set(["57014"]);

/** Ends work that takes too long with a sentence instead of a stack. */
export async function within<T>(seconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const done = new AbortController();
  // for the lake; PostgreSQL has its own statement_timeout, which comes first
  void sleep(seconds * 1000, done.signal).then(() => stop.abort());
  try {
    return await work(stop.signal);
  } catch (error) {
    const late = stop.signal.aborted || CANCELLED.has((error as { code?: string }).code ?? "");
    throw late ? problem("segments.too_slow", { seconds }) : error;
  } finally {
    done.abort();
  }
}

/** A select of the member ids for which a condition holds, over records. */
export async function memberStatement(tx: Tx, ground: Ground, scope: Scope, input: unknown): Promise<string> {
  const { root } = await readCondition(tx, ground, input);
  const outputs = await outputsOf(tx, ground, scope, [root], "postgresql");
  const plan = planOutputs(outputs, storedCatalogue(ground), todayOf(ground));
  return `select member_id from (${printPlan(plan, postgresql, { kind: "all" })}) x where "c0" and seen`;
}
