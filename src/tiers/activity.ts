import { ACTIVITY_RULES } from "../../definitions/tiers/activity.ts";
import type { Ground } from "../ground.ts";
import { lakeEngine } from "../lake/index.ts";
import { addDays, problem } from "../platform/index.ts";
import {
  checkTree,
  checkedTree,
  type DataRow,
  duckdb,
  type Expression,
  planOutputs,
  postgresql,
  printPlan,
} from "../query/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { activeRules, ensureRule, writeMonth } from "./activity-store.ts";
import { todayOf } from "./evaluate.ts";
import { membersTotal } from "./standing-store.ts";

/** Who counts as active in a month, as data. */
export interface ActivityRule {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  /** `level`: how active; `kind`: by what. */
  readonly level: "level" | "kind";
  readonly sentence_zh: string;
  readonly sentence_en: string;
  /** A condition over the calendar month of the day it is asked for. */
  readonly expression: Expression;
  readonly example: {
    readonly today: string;
    readonly rows: Readonly<Record<string, readonly DataRow[]>>;
    readonly value: boolean;
    readonly zh: string;
  };
}

/** Up to so many members the record store answers; above it the lake does. */
const RECORDS_MAX = 50_000;

/** The last day of a month, "2026-11" → "2026-11-30". */
export function lastDayOf(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10);
}

/** The day a month is computed for: its last one, or today while it runs. @throws tiers.month_invalid for a month to come */
export function throughDay(month: string, today: string): string {
  const last = lastDayOf(month);
  if (month > today.slice(0, 7)) throw problem("tiers.month_invalid", { month });
  return last < today ? last : today;
}

export const monthBefore = (month: string): string => addDays(`${month}-01`, -1).slice(0, 7);

/** Rows of a select over everybody, from the engine that suits their number. `sqlOf` wraps the select of the plan. */
async function askAll(
  ground: Ground,
  trees: readonly (readonly [string, Expression])[],
  today: string,
  sqlOf: (plan: string) => string,
): Promise<readonly Record<string, unknown>[]> {
  const outputs = trees.map(([name, expression]) => ({ name, tree: checkedTree(expression, ground.catalogue) }));
  const plan = planOutputs(outputs, ground.catalogue, today);
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    if ((await membersTotal(tx)) <= RECORDS_MAX) return tx.query(sqlOf(printPlan(plan, postgresql, { kind: "all" })));
    return (await lakeEngine(ground).query(sqlOf(printPlan(plan, duckdb, { kind: "all" })))).rows as Record<
      string,
      unknown
    >[];
  });
}

/** Computes all active rules of a month and keeps who met which. @returns members by rule. */
export async function computeMonth(ground: Ground, month: string): Promise<Record<string, number>> {
  const today = todayOf(ground);
  const through = throughDay(month, today);
  const rules = await ground.store.read(SYSTEM_SCOPE, activeRules);
  const trees = rules.map(({ definition }) => [definition.key, definition.expression] as const);
  const any = trees.map(([name]) => `"${name}"`).join(" or ");
  const rows = await askAll(ground, trees, through, (plan) => `select * from (${plan}) p where ${any}`);
  const members = rows.map((row) => ({
    member_id: Number(row["member_id"]),
    rules: trees.flatMap(([name]) => (row[name] === true ? [name] : [])),
  }));
  const counts = Object.fromEntries(
    trees.map(([name]) => [name, members.filter((row) => row.rules.includes(name)).length]),
  );
  await ground.store.write(SYSTEM_SCOPE, (tx) =>
    writeMonth(tx, {
      month,
      through_day: through,
      is_closed: through < today,
      computed_at: ground.clock.now(),
      rules,
      counts,
      members,
    }),
  );
  return counts;
}

export interface ActivityWhatIf {
  readonly month: string;
  readonly members: number;
  readonly before: number;
  readonly gained: number;
  readonly lost: number;
}

/** What a changed rule would give for a month, beside the rule in force. */
export async function tryRule(
  ground: Ground,
  key: string,
  expression: unknown,
  month: string,
): Promise<ActivityWhatIf> {
  const through = throughDay(month, todayOf(ground));
  const rule = (await ground.store.read(SYSTEM_SCOPE, activeRules)).find((row) => row.definition.key === key);
  if (rule === undefined) throw problem("tiers.rule_not_found", { rule: key });
  const tried = readCondition(ground, expression);
  const counted = (condition: string) => `cast(count(*) filter (where ${condition}) as bigint)`;
  const [row] = await askAll(
    ground,
    [
      ["old", rule.definition.expression],
      ["tried", tried],
    ],
    through,
    (plan) =>
      `select ${counted('"tried"')} as members, ${counted('"old"')} as before, ${counted('"tried" and not "old"')} as gained,
       ${counted('"old" and not "tried"')} as lost from (${plan}) p`,
  );
  const figure = (name: string) => Number(row?.[name] ?? 0);
  return {
    month,
    members: figure("members"),
    before: figure("before"),
    gained: figure("gained"),
    lost: figure("lost"),
  };
}

/** @throws tiers.bad_rule with every problem and its path. */
export function readCondition(ground: Ground, expression: unknown): Expression {
  const result = checkTree(expression, ground.catalogue, {}, "boolean");
  if (result.ok) return result.tree.root;
  const [first] = result.problems;
  throw problem(
    "tiers.bad_rule",
    { count: result.problems.length, place: first?.path ?? "", first_zh: first?.zh ?? "", first_en: first?.en ?? "" },
    result.problems,
  );
}

/** Rules that ship, as versions; where nobody changed a rule the newest shipped version is active. */
export async function ensureActivity(ground: Ground): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    for (const rule of ACTIVITY_RULES) {
      checkedTree(rule.expression, ground.catalogue);
      await ensureRule(tx, rule, ground.clock.now());
    }
  });
}
