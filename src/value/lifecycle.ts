import type { Ground } from "../ground.ts";
import { lakeEngine } from "../lake/index.ts";
import { businessDay, lastClosedDay } from "../platform/index.ts";
import { build as q, checkTree, duckdb, type Expression, planOutputs, postgresql, printPlan } from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { bookOf, followSwitches, lostRules } from "../tags/index.ts";
import {
  closedStores,
  type Flow,
  type FlowKind,
  flowSelect,
  membersTotal,
  RECORDS_MAX,
  type Silence,
  type SilentMember,
  writeFlows,
  writeSilence,
  writeSilentMembers,
} from "./flow-store.ts";
import { asOf, type MonthEnd, monthEnds } from "./month-ends.ts";
import type { Thresholds } from "./rfm.ts";
import { currentRun } from "./run-store.ts";
import {
  LAST_CATEGORY,
  SILENT_GROUPS,
  SILENT_STAGES,
  SilenceTally,
  type SilentStage,
  silenceSelect,
  silentReasons,
  STORE_QUIET_DAYS,
} from "./silence.ts";

type Rows = readonly Record<string, unknown>[];

const PORTION_ROWS = 20_000;

/** Rows of a select over a plan of everybody in portions, from the engine that suits their number. */
export async function* ask(
  ground: Ground,
  outputs: readonly (readonly [string, Expression])[],
  sqlOf: (plan: string) => string,
  records_max: number,
): AsyncGenerator<{ rows: Rows; engine: string }> {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const options = { ...bookOf(ground).references, internal: true };
  const trees = outputs.map(([name, expression]) => {
    const result = checkTree(expression, ground.catalogue, options);
    if (!result.ok) throw new Error(`${name} is not a tree: ${result.problems[0]?.en}`);
    return { name, tree: result.tree };
  });
  const plan = planOutputs(trees, ground.catalogue, today);
  const total = await ground.store.read(SYSTEM_SCOPE, membersTotal);
  if (total > records_max) {
    const stream = lakeEngine(ground).stream(sqlOf(printPlan(plan, duckdb, { kind: "all" })));
    for await (const rows of stream) yield { rows, engine: "duckdb" };
    return;
  }
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.query(sqlOf(printPlan(plan, postgresql, { kind: "all" }))),
  );
  for (let i = 0; i < rows.length; i += PORTION_ROWS)
    yield { rows: rows.slice(i, i + PORTION_ROWS), engine: "postgresql" };
}

/** Whoever is no customer, and whoever refuses to be judged. */
const isFlagged = q.or(...["is_staff", "is_test", "is_wholesale", "profiling_refused"].map((name) => q.member(name)));

/** Counts who stood where at the last month ends and who moved, and keeps it. @returns how many flows. */
async function computeFlows(
  ground: Ground,
  kind: FlowKind,
  state: (end: MonthEnd) => Expression,
  more: {
    readonly nowhere: string;
    readonly leaves_out: Expression;
    readonly version: number | null;
    readonly day: string;
    readonly records_max: number;
  },
): Promise<number> {
  const ends = monthEnds(more.day);
  const outputs = [
    ["joined_day", q.member("join_day")],
    ["leaves_out", more.leaves_out],
    ...ends.map((end, i) => [`s${i}`, state(end)] as const),
  ] as const;
  const days = ends.map((end) => end.day);
  const flows: Omit<Flow, "closed_members">[] = [];
  let engine = "postgresql";
  for await (const part of ask(ground, outputs, (plan) => flowSelect(plan, days, more.nowhere), more.records_max)) {
    engine = part.engine;
    flows.push(
      ...part.rows.map((row) => ({
        month: ends[Number(row["place"])]?.month ?? "",
        from_state: String(row["from_state"]),
        to_state: String(row["to_state"]),
        members: Number(row["members"]),
      })),
    );
  }
  const run = {
    kind,
    first_month: ends[1]?.month ?? "",
    through_day: more.day,
    version: more.version,
    engine,
    computed_at: ground.clock.now(),
  };
  const closed = ends.filter((end) => end.is_closed).map((end) => end.month);
  await ground.store.write(SYSTEM_SCOPE, (tx) => writeFlows(tx, run, flows, closed));
  return flows.length;
}

/** Brings the tags of this process in line with the rules in force, which another process may have changed. */
async function followRules(ground: Ground) {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    await followSwitches(tx, bookOf(ground));
    return lostRules(tx);
  });
}

/**
 * Stages of everybody at month ends, by the tag lifecycle_stage as it would have been then.
 * @param records_max with more members than this the lake is asked.
 * @returns how many flows.
 */
export async function computeLifecycle(ground: Ground, records_max = RECORDS_MAX): Promise<number> {
  const { version } = await followRules(ground);
  const tag = bookOf(ground).get("lifecycle_stage");
  if (tag === undefined) return 0;
  const { expression } = tag.definition;
  return computeFlows(ground, "lifecycle", ({ day }) => asOf(expression, day), {
    nowhere: "never_bought",
    leaves_out: q.operand(false),
    // months that were closed by other rules say nothing beside these
    version: version === 0 ? null : version,
    day: lastClosedDay(ground.clock.now(), ground.config.timezone),
    records_max,
  });
}

/** The RFM cell of a member on the day of evaluation, or "never" or "over_365", as a tree. */
export function cellExpression(t: Thresholds, currency: string): Expression {
  const own = q.isIn(q.column("currency"), [currency]);
  const bought = q.and(own, q.compare(q.column("net_minor"), ">", 0));
  const window = q.lastDays(365);
  const since = q.daysSince(q.maximum("purchase_days", "business_day", { where: bought }));
  const high = q.atLeast(q.sum("purchase_days", "net_minor", { where: own, window }), t.m_hi_minor);
  const frequent = q.atLeast(q.count("purchase_days", { where: bought, window }), t.f_hi);
  const near = q.compare(since, "<=", t.r1_days);
  const middle = q.compare(since, "<=", t.r2_days);
  const level = (letter: string, condition: Expression): [Expression, string][] => [
    [q.and(condition, near), `${letter}1`],
    [q.and(condition, middle), `${letter}2`],
    [condition, `${letter}3`],
  ];
  const last = q.maximum("purchase_days", "business_day", { where: bought });
  return q.choose(
    [
      [q.not(q.isKnown(last)), "never"],
      [q.atLeast(since, 365), "over_365"],
      ...level("A", q.and(high, frequent)),
      ...level("B", high),
      [near, "C1"],
      [middle, "C2"],
    ],
    "C3",
  );
}

/** Cells of everybody at month ends, all by the thresholds in force. @returns how many flows. */
export async function computeRfmFlows(ground: Ground, records_max = RECORDS_MAX): Promise<number> {
  const run = await ground.store.read(SYSTEM_SCOPE, currentRun);
  if (run === undefined) return 0;
  const cell = cellExpression(run, run.currency);
  return computeFlows(ground, "rfm", ({ day }) => asOf(cell, day), {
    nowhere: "never",
    leaves_out: isFlagged,
    version: run.version,
    day: run.business_day,
    records_max,
  });
}

/** Counts what the records say about why members are silent. */
export async function computeSilence(ground: Ground, records_max = RECORDS_MAX): Promise<void> {
  const business_day = lastClosedDay(ground.clock.now(), ground.config.timezone);
  await followRules(ground);
  if (bookOf(ground).get("lifecycle_stage") === undefined) return;
  const closed_stores = await ground.store.read(SYSTEM_SCOPE, (tx) => closedStores(tx, business_day, STORE_QUIET_DAYS));
  const reasons = knownReasons(ground, closed_stores);
  const outputs = [
    ...SILENT_STAGES.map((stage) => [stage, SILENT_GROUPS[stage]] as const),
    ...reasons.map((reason) => [reason.key, reason.condition] as const),
    ["category", LAST_CATEGORY] as const,
  ];
  const tallies = new Map(SILENT_STAGES.map((stage) => [stage, new SilenceTally()]));
  const portions: SilentMember[][] = [];
  for await (const { rows } of ask(ground, outputs, (plan) => silenceSelect(plan, reasons), records_max)) {
    portions.push(
      rows.map((row) => {
        const found = String(row["signs"]).split(",").filter(Boolean);
        const stage = row["stage"] as SilentStage;
        tallies.get(stage)?.add(found, row["category"] === null ? null : String(row["category"]));
        return { member_id: Number(row["member_id"]), stage, reasons: found.length === 0 ? ["other"] : found };
      }),
    );
  }
  const computed_at = ground.clock.now();
  const keys = reasons.map(({ key }) => key);
  const silence = [...tallies].map(([stage, tally]): Silence => {
    const { members } = tally;
    const categories = tally.categories();
    return { stage, members, reasons: tally.reasons(keys), categories, closed_stores, business_day, computed_at };
  });
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    await writeSilence(tx, silence);
    await writeSilentMembers(tx, portions);
  });
}

/** The reasons whose tags are switched on. */
export function knownReasons(ground: Ground, closed_stores: readonly string[]) {
  const options = bookOf(ground).references;
  return silentReasons(closed_stores).filter(
    ({ condition }) => checkTree(condition, ground.catalogue, options, "boolean").ok,
  );
}
