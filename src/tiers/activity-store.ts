import type { Scope, Tx } from "../store/index.ts";
import type { ActivityRule } from "./activity.ts";

export interface RuleVersion {
  readonly rule: string;
  readonly version: number;
  readonly definition: ActivityRule;
  readonly origin: "shipped" | "console";
  readonly state: "draft" | "active" | "past";
  readonly person_id: number | null;
  readonly created_at: Date;
}

const VERSION = "rule, version, definition, origin, state, person_id, created_at";

/** The active version of every rule: how active first, then by what. */
export async function activeRules(tx: Tx): Promise<RuleVersion[]> {
  return tx.query<RuleVersion>(
    `select ${VERSION} from tiers.activity_rule where state = 'active'
     order by array_position(array['active', 'active_member', 'very_active'], rule), rule`,
  );
}

export async function ruleVersions(tx: Tx, rule: string): Promise<RuleVersion[]> {
  return tx.query<RuleVersion>(`select ${VERSION} from tiers.activity_rule where rule = $1 order by version desc`, [
    rule,
  ]);
}

/** Adds a version and makes it the active one. @returns its number. */
export async function addActiveRule(
  tx: Tx,
  rule: ActivityRule,
  by: { readonly origin: "shipped" | "console"; readonly person_id: number | null; readonly now: Date },
): Promise<number> {
  await tx.query("update tiers.activity_rule set state = 'past' where rule = $1 and state = 'active'", [rule.key]);
  const row = await tx.one<{ version: number }>(
    `insert into tiers.activity_rule (rule, version, definition, origin, state, person_id, created_at)
     select $1, coalesce(max(version), 0) + 1, $2, $3, 'active', $4, $5 from tiers.activity_rule where rule = $1 returning version`,
    [rule.key, JSON.stringify(rule), by.origin, by.person_id, by.now],
  );
  return row?.version ?? 0;
}

/** A shipped rule becomes a version where there is none, or where the active one shipped too and reads otherwise. */
export async function ensureRule(tx: Tx, rule: ActivityRule, now: Date): Promise<void> {
  const active = await tx.one<{ origin: string; same: boolean }>(
    "select origin, definition = $2::jsonb as same from tiers.activity_rule where rule = $1 and state = 'active'",
    [rule.key, JSON.stringify(rule)],
  );
  if (active === undefined || (active.origin === "shipped" && !active.same))
    await addActiveRule(tx, rule, { origin: "shipped", person_id: null, now });
}

/** Months of which who was active is kept, the running one included. */
const MONTHS_KEPT = 13;
const ROWS_AT_ONCE = 50_000;

export interface MonthResult {
  readonly month: string;
  readonly through_day: string;
  readonly is_closed: boolean;
  readonly computed_at: Date;
  readonly rules: readonly RuleVersion[];
  readonly counts: Readonly<Record<string, number>>;
  readonly members: readonly { readonly member_id: number; readonly rules: readonly string[] }[];
}

/** Keeps what was found for a month in the place of what was known of it. */
export async function writeMonth(tx: Tx, result: MonthResult): Promise<void> {
  await tx.query("delete from tiers.activity_month where month = $1", [result.month]);
  await tx.query("delete from tiers.activity_member where month = $1", [result.month]);
  await tx.query(
    `insert into tiers.activity_month (month, rule, version, members, through_day, is_closed, computed_at)
     select $1, rule, version, members, $2, $3, $4 from unnest($5::text[], $6::int[], $7::bigint[]) r (rule, version, members)`,
    [
      result.month,
      result.through_day,
      result.is_closed,
      result.computed_at,
      result.rules.map((rule) => rule.rule),
      result.rules.map((rule) => rule.version),
      result.rules.map((rule) => result.counts[rule.rule] ?? 0),
    ],
  );
  for (let i = 0; i < result.members.length; i += ROWS_AT_ONCE) {
    const part = result.members.slice(i, i + ROWS_AT_ONCE);
    await tx.query(
      `insert into tiers.activity_member (month, member_id, rules)
       select $1, member_id, string_to_array(rules, ',') from unnest($2::bigint[], $3::text[]) r (member_id, rules)`,
      [result.month, part.map((row) => row.member_id), part.map((row) => row.rules.join(","))],
    );
  }
  await tx.query(
    `delete from tiers.activity_member where month not in (
       select month from tiers.activity_month group by month order by month desc limit ${MONTHS_KEPT})`,
  );
}

export interface MonthRow {
  readonly month: string;
  readonly rule: string;
  readonly version: number;
  readonly members: number;
  readonly through_day: string;
  readonly is_closed: boolean;
  readonly computed_at: Date;
}

/** Counts of the newest months, newest first. */
export async function monthRows(tx: Tx, months: number): Promise<MonthRow[]> {
  return tx.query<MonthRow>(
    `select month, rule, version, members, through_day, is_closed, computed_at from tiers.activity_month
     where month in (select distinct month from tiers.activity_month order by month desc limit $1) order by month desc, rule`,
    [months],
  );
}

export async function monthMembers(
  tx: Tx,
  month: string,
  rule: string,
  scope: Scope,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await tx.query<{ member_id: number }>(
    `select a.member_id from tiers.activity_member a join catalogue.members m using (member_id)
     where a.month = $1 and $2 = any(a.rules) and a.member_id > $3 and ($4::text[] is null or m.home_store_code = any($4))
     order by a.member_id limit $5`,
    [month, rule, after, scope.stores === "all" ? null : scope.stores, limit],
  );
  return rows.map((row) => row.member_id);
}

/** Takes members out of the lists of active ones; the counts of the months stay. */
export async function forgetActivity(tx: Tx, member_ids: readonly number[]): Promise<void> {
  await tx.query("delete from tiers.activity_member where member_id = any($1::bigint[])", [member_ids]);
}
