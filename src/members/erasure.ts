import { forgetRecordsAgain, forgetTokens } from "../ingest/index.ts";
import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { ClearValue } from "../vault/index.ts";
import { partiesConcerned } from "./component-store.ts";
import { afterDecision } from "./deciding.ts";
import type { Decider } from "./decision-store.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { markUndone } from "./join-log-store.ts";
import { forgetParties } from "./party-memory.ts";
import { lockIdentities } from "./party-store.ts";
import { refreshProfiles } from "./profile-store.ts";
import { settle } from "./settling.ts";

const TABLES_ERASED = ["holding", "fact", "search_key", "evidence", "consent", "event"] as const;

/** What was there of a member, for those who go on erasing elsewhere. */
export interface Erased {
  readonly member_id: number;
  readonly party_ids: readonly number[];
  /** Blind indexes that named this member alone; they go too once nothing is looked for by them. */
  readonly tokens: readonly string[];
  readonly keys_destroyed: number;
}

/**
 * Erases one member: identifiers, profile and texts are made unreadable everywhere by destroying their keys, back-ups
 * included; timeline and consents go, sales stay as sales without a member (trade hears of it). Values that another
 * member holds too stay with that one. What law wants kept is to be taken out before (`consentEvidence`).
 */
export async function eraseMember(tx: Tx, ground: Ground, id: number, by: Decider): Promise<Erased> {
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  return eraseParties(tx, ground, { member_id, parties: await partyIds(tx, member_id) }, by);
}

async function eraseParties(
  tx: Tx,
  ground: Ground,
  { member_id, parties }: { member_id: number; parties: readonly number[] },
  by: Decider,
): Promise<Erased> {
  const tokens = await tokensOnlyOf(tx, parties);
  const gone = new Set(parties);
  const around = (await partiesConcerned(tx, parties)).party_ids.filter((party_id) => !gone.has(party_id));
  await forgetJudgements(tx, parties, tokens, by);
  for (const table of TABLES_ERASED)
    await tx.query(`delete from members.${table} where party_id = any($1::bigint[])`, [parties]);
  await tx.query(
    "update members.party set erased_at = $2, anchor_token = 'erased ' || party_id, member_id = party_id where party_id = any($1::bigint[])",
    [parties, by.now],
  );
  await tx.query("delete from members.profile where member_id = $1", [member_id]);
  // Whoever shared a value with them may be clear now.
  await afterDecision(tx, await settle(tx, around, by.now), by.now);
  await forgetParties(tx);
  await emit(tx, "members.erased", [{ member_id, party_ids: parties }]);
  await tx.query(
    `insert into members.erasure (member_id, party_ids, erased_at, person_id, reason, keys_destroyed)
     values ($1, $2, $3, $4, $5, $6) on conflict (member_id) do update
     set party_ids = array(select distinct unnest(erasure.party_ids || excluded.party_ids))`,
    [member_id, parties, by.now, by.person_id, by.reason, tokens.length],
  );
  // Last, because the key store is another database: when anything above fails, nothing is destroyed.
  const keys_destroyed = await ground.vault.destroy(tx, tokens, by.now, { domain: "members", ids: parties });
  forgetTokens(ground, tokens);
  return { member_id, party_ids: parties, tokens, keys_destroyed };
}

/** Joins are undone; what people wrote about them goes, and so do conflicts, decisions and quarantined values of theirs. */
async function forgetJudgements(
  tx: Tx,
  parties: readonly number[],
  tokens: readonly string[],
  by: Decider,
): Promise<void> {
  const joins = await tx.query<{ join_id: number }>(
    "select join_id from members.join_log where undone_at is null and (party_a = any($1::bigint[]) or party_b = any($1::bigint[]))",
    [parties],
  );
  await markUndone(
    tx,
    joins.map((row) => row.join_id),
    { by: "erasure", person_id: by.person_id, reason: by.reason },
    by.now,
  );
  await tx.query(
    `update members.join_log set token = null, undone_reason = case when undone_by = 'erasure' then undone_reason end
     where party_a = any($1::bigint[]) or party_b = any($1::bigint[])`,
    [parties],
  );
  await tx.query("delete from members.conflict where party_a = any($1::bigint[]) or party_b = any($1::bigint[])", [
    parties,
  ]);
  await tx.query(
    `update members.decision set reason = 'erased' where decision_id in (
       select decision_id from members.decision_party where party_id = any($1::bigint[]))`,
    [parties],
  );
  await tx.query("delete from members.decision_party where party_id = any($1::bigint[])", [parties]);
  await tx.query("delete from members.quarantine where token = any($1)", [tokens]);
}

/**
 * Erases again what a restore has brought back: the parties that were erased, whoever they were joined with at the time of
 * the back-up, and every row that still names a destroyed token.
 */
export const replayDeletion: NonNullable<Domain["replayDeletion"]> = async (tx, ground, { about, tokens }) => {
  await lockIdentities(tx);
  const by = { person_id: null, reason: "restore", now: ground.clock.now() };
  const found = await tx.query<{ party_id: number; member_id: number }>(
    "select party_id, member_id from members.party where party_id = any($1::bigint[]) and erased_at is null",
    [about?.domain === "members" ? about.ids : []],
  );
  for (const [member_id, rows] of Map.groupBy(found, (row) => row.member_id)) {
    const parties = rows.map((row) => row.party_id);
    const others = (await partyIds(tx, member_id)).filter((party_id) => !parties.includes(party_id));
    await eraseParties(tx, ground, { member_id, parties }, by);
    await settleAnew(tx, others, by.now);
  }
  const named = await tx.query<{ party_id: number }>(
    `select party_id from members.holding where token = any($1) union select party_id from members.fact where token = any($1)
     union select party_id from members.search_key where source_token = any($1)`,
    [tokens],
  );
  for (const table of ["holding", "fact", "evidence", "quarantine"])
    await tx.query(`delete from members.${table} where token = any($1)`, [tokens]);
  await tx.query("delete from members.search_key where source_token = any($1)", [tokens]);
  await tx.query("update members.join_log set token = null where token = any($1)", [tokens]);
  // all records are gone through only where something really came back
  if (found.length > 0 || named.length > 0) await forgetRecordsAgain(tx, tokens);
  await settleAnew(
    tx,
    named.map((row) => row.party_id),
    by.now,
  );
};

async function settleAnew(tx: Tx, parties: readonly number[], now: Date): Promise<void> {
  if (parties.length === 0) return;
  await afterDecision(tx, await settle(tx, parties, now), now);
  const members = await tx.query<{ member_id: number }>(
    "select distinct member_id from members.party where party_id = any($1::bigint[]) and erased_at is null",
    [parties],
  );
  await refreshProfiles(
    tx,
    members.map((row) => row.member_id),
    now,
  );
  await forgetParties(tx);
}

async function tokensOnlyOf(tx: Tx, parties: readonly number[]): Promise<string[]> {
  const rows = await tx.query<{ token: string }>(
    `select token from (
       select h.token from members.holding h where h.party_id = any($1::bigint[])
         and not exists (select 1 from members.holding o where o.token = h.token and not (o.party_id = any($1::bigint[])))
       union
       select f.token from members.fact f where f.party_id = any($1::bigint[]) and f.token is not null
         and not exists (select 1 from members.fact o where o.token = f.token and not (o.party_id = any($1::bigint[])))
       union
       select s.value #>> '{}' from members.event e, jsonb_path_query(e.properties, 'lax $.**.sealed') s (value)
       where e.party_id = any($1::bigint[]) and e.properties is not null) t
     where token is not null`,
    [parties],
  );
  return rows.map((row) => row.token);
}

/** Everything of a member that is sealed, in clear: to look for it in files before its keys are destroyed. */
export async function clearValuesOf(ground: Ground, id: number): Promise<readonly ClearValue[]> {
  return ground.store.read(SYSTEM_SCOPE, async (tx) => {
    const parties = await partyIds(tx, await memberIdAt(tx, id));
    const tokens = await tokensOnlyOf(tx, parties);
    return [...(await ground.vault.open(tx, tokens)).values()];
  });
}

/** Every consent that was ever given or withdrawn, with its evidence. */
export interface ConsentEvidence {
  readonly purpose: string;
  readonly medium: string;
  readonly state: string;
  readonly text_version: string | null;
  readonly at: Date;
  readonly via: string | null;
  readonly source_id: number | null;
  readonly person_id: number | null;
}

export async function consentEvidence(tx: Tx, id: number): Promise<ConsentEvidence[]> {
  const parties = await partyIds(tx, await memberIdAt(tx, id));
  return tx.query<ConsentEvidence>(
    `select purpose, medium, state, text_version, at, via, source_id, person_id from members.consent
     where party_id = any($1::bigint[]) order by at, purpose, medium`,
    [parties],
  );
}
