import { forgetTokens } from "../ingest/index.ts";
import type { Domain } from "../domains.ts";
import type { Ground } from "../ground.ts";
import { emit, type Tx } from "../store/index.ts";
import { partiesConcerned } from "./component-store.ts";
import { afterDecision } from "./deciding.ts";
import type { Decider } from "./decision-store.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { markUndone } from "./join-log-store.ts";
import { forgetParties } from "./party-memory.ts";
import { lockIdentities } from "./party-store.ts";
import { refreshProfiles } from "./profile-store.ts";
import { settle } from "./settling.ts";

const TABLES_ERASED = ["holding", "fact", "search_key", "evidence", "decision_party", "event"] as const;

/**
 * Erases one member: identifiers, profile and texts are made unreadable everywhere by destroying their keys, back-ups
 * included; the timeline goes, sales stay as sales without a member (trade hears of it). What was agreed to and refused
 * is kept as evidence under a number that nobody can be found by. Values that another member holds too stay with that one.
 */
export async function eraseMember(
  tx: Tx,
  ground: Ground,
  id: number,
  by: Decider,
): Promise<{ member_id: number; keys_destroyed: number }> {
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  return eraseParties(tx, ground, { member_id, parties: await partyIds(tx, member_id) }, by);
}

async function eraseParties(
  tx: Tx,
  ground: Ground,
  { member_id, parties }: { member_id: number; parties: readonly number[] },
  by: Decider,
): Promise<{ member_id: number; keys_destroyed: number }> {
  const tokens = await tokensOnlyOf(tx, parties);
  const gone = new Set(parties);
  const around = (await partiesConcerned(tx, parties)).party_ids.filter((party_id) => !gone.has(party_id));
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
    "update members.join_log set token = null where party_a = any($1::bigint[]) or party_b = any($1::bigint[])",
    [parties],
  );
  await tx.query("delete from members.conflict where party_a = any($1::bigint[]) or party_b = any($1::bigint[])", [
    parties,
  ]);
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
  return { member_id, keys_destroyed };
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
