import type { Tx } from "../store/index.ts";
import type { LostRule } from "./lost-days.ts";

/** The rules of categories in force, as a version; version 0 without rules is how the platform ships. */
export interface LostRules {
  readonly version: number;
  readonly rules: readonly LostRule[];
}

export interface LostRulesVersion extends LostRules {
  readonly person_name: string | null;
  readonly made_at: Date;
  /** As the author wrote it; null for versions that were made before reasons were asked for. */
  readonly reason: string | null;
}

/** Who puts rules in force, when, and why. */
export interface LostRulesAuthor {
  readonly person_id: number | null;
  readonly name: string | null;
  readonly now: Date;
  readonly reason: string;
}

export const NO_LOST_RULES: LostRules = { version: 0, rules: [] };
const VERSIONS_SHOWN_MAX = 20;

export async function lostRules(tx: Tx): Promise<LostRules> {
  const row = await tx.one<LostRules>("select version, rules from tags.lost_rule order by version desc limit 1");
  return row ?? NO_LOST_RULES;
}

/** Newest first. */
export async function lostRuleVersions(tx: Tx): Promise<LostRulesVersion[]> {
  return tx.query<LostRulesVersion>(
    `select version, rules, person_name, made_at, reason from tags.lost_rule
     order by version desc limit ${VERSIONS_SHOWN_MAX}`,
  );
}

/** One change at a time, so that a version follows the one that its author saw. */
export async function lockLostRules(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('tags.lost_rule'))");
}

/** Puts rules in force as a further version. @returns its number. */
export async function addLostRules(tx: Tx, rules: readonly LostRule[], by: LostRulesAuthor): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `insert into tags.lost_rule (version, rules, person_id, person_name, made_at, reason)
     select coalesce(max(version), 0) + 1, $1, $2, $3, $4, $5 from tags.lost_rule returning version`,
    [JSON.stringify(rules), by.person_id, by.name, by.now, by.reason],
  );
  return row?.version ?? 0;
}
