import type { IdentifiedRecord } from "../ingest/index.ts";
import type { Ground } from "../ground.ts";
import { emit, type Tx } from "../store/index.ts";
import { partiesConcerned } from "./component-store.ts";
import { markUndone, type Undoing } from "./join-log-store.ts";
import { deleteEvents } from "./event-store.ts";
import { forgetParties } from "./party-memory.ts";
import { lockIdentities } from "./party-store.ts";
import { membersOfParties, refreshProfiles } from "./profile-store.ts";
import { settle } from "./settling.ts";

const BY_RETRACT: Undoing = { by: "retract", person_id: null, reason: null };

/**
 * Takes back everything that records of a batch import brought: their events, facts and consents, the identifiers that
 * nothing else evidences, and the parties of whom nothing is left. Repeatable.
 */
export async function retract(tx: Tx, ground: Ground, records: readonly IdentifiedRecord[]): Promise<void> {
  if (records.length === 0) return;
  const now = ground.clock.now();
  await lockIdentities(tx);
  const record_ids = records.map((record) => record.record_id);
  const party_ids = await partiesNamedIn(tx, records);
  // Whoever shared something with them may come together again, or part, when they are gone.
  const { party_ids: around } = await partiesConcerned(tx, party_ids);
  const before = await membersOfParties(tx, around);
  const days = await deleteEvents(tx, record_ids, party_ids, ground.config.timezone);
  await tx.query("delete from members.fact where party_id = any($2::bigint[]) and record_id = any($1::uuid[])", [
    record_ids,
    party_ids,
  ]);
  await tx.query("delete from members.consent where party_id = any($2::bigint[]) and record_id = any($1::uuid[])", [
    record_ids,
    party_ids,
  ]);
  await tx.query("delete from members.evidence where party_id = any($2::bigint[]) and record_id = any($1::uuid[])", [
    record_ids,
    party_ids,
  ]);
  await rebuildHoldings(tx, party_ids);
  const gone = await deleteEmptyParties(tx, party_ids, now);
  const left = around.filter((party_id) => !gone.has(party_id));
  await renameMembers(tx, before);
  const settled = await settle(tx, left, now, BY_RETRACT);
  await releaseEmptied(tx);
  await refreshProfiles(
    tx,
    [...new Set([...before, ...(await membersOfParties(tx, left)), ...settled.member_ids])],
    now,
  );
  await forgetParties(tx);
  if (days.length > 0) await emit(tx, "catalogue.changed", [{ relation: "events", days }]);
  if (before.length > 0) await emit(tx, "members.changed", [{ member_ids: before }]);
}

async function partiesNamedIn(tx: Tx, records: readonly IdentifiedRecord[]): Promise<number[]> {
  const tokens = [...new Set(records.flatMap((record) => record.identities.map((identity) => identity.token)))];
  const rows = await tx.query<{ party_id: number }>(
    "select party_id from members.party where anchor_token = any($1::text[])",
    [tokens],
  );
  return rows.map((row) => row.party_id);
}

/** Holdings of the parties as the remaining evidence has them: what cannot be taken back, and the other imports. */
async function rebuildHoldings(tx: Tx, party_ids: readonly number[]): Promise<void> {
  await tx.query(
    `with gone as (
       delete from members.holding h where party_id = any($1::bigint[]) and kept_first_at is null
         and not exists (select 1 from members.evidence e where e.party_id = h.party_id and e.token = h.token)
       returning party_id, token
     )
     delete from members.search_key k using gone where k.party_id = gone.party_id and k.source_token = gone.token`,
    [party_ids],
  );
  await tx.query(
    `update members.holding h set first_at = least(h.kept_first_at, e.first_at), last_at = greatest(h.kept_last_at, e.last_at),
       stated_at = greatest(h.kept_stated_at, e.stated_at), ended_at = greatest(h.kept_ended_at, e.ended_at)
     from (select o.party_id, o.token, min(e.at) as first_at, max(e.at) as last_at, max(e.at) filter (where e.stated) as stated_at,
             max(e.at) filter (where e.ends) as ended_at
           from members.holding o left join members.evidence e on e.party_id = o.party_id and e.token = o.token
           where o.party_id = any($1::bigint[]) group by o.party_id, o.token) e
     where h.party_id = e.party_id and h.token = e.token`,
    [party_ids],
  );
  await tx.query(
    `delete from members.search_key k where party_id = any($1::bigint[]) and kind in ('name', 'surname')
       and not exists (select 1 from members.fact f where f.party_id = k.party_id and f.token = k.source_token)`,
    [party_ids],
  );
}

/** A party whose own identifier nothing evidences any more was never seen. */
async function deleteEmptyParties(tx: Tx, party_ids: readonly number[], now: Date): Promise<Set<number>> {
  const rows = await tx.query<{ party_id: number }>(
    `select party_id from members.party p where party_id = any($1::bigint[])
       and not exists (select 1 from members.holding h where h.party_id = p.party_id and h.token = p.anchor_token)`,
    [party_ids],
  );
  const ids = rows.map((row) => row.party_id);
  if (ids.length === 0) return new Set();
  const joins = await tx.query<{ join_id: number }>(
    "select join_id from members.join_log where undone_at is null and (party_a = any($1::bigint[]) or party_b = any($1::bigint[]))",
    [ids],
  );
  await markUndone(
    tx,
    joins.map((row) => row.join_id),
    BY_RETRACT,
    now,
  );
  await tx.query("delete from members.conflict where party_a = any($1::bigint[]) or party_b = any($1::bigint[])", [
    ids,
  ]);
  for (const table of ["holding", "fact", "consent", "search_key", "evidence", "decision_party", "party"]) {
    await tx.query(`delete from members.${table} where party_id = any($1::bigint[])`, [ids]);
  }
  return new Set(ids);
}

/** A member is called by its oldest party: when that one went, the rest is called by the next. */
async function renameMembers(tx: Tx, member_ids: readonly number[]): Promise<void> {
  await tx.query(
    `update members.party p set member_id = o.oldest
     from (select member_id, min(party_id) as oldest from members.party where member_id = any($1::bigint[]) group by member_id) o
     where p.member_id = o.member_id and o.oldest <> p.member_id`,
    [member_ids],
  );
}

/** A value shared by too many only because of what was taken back is free again. */
async function releaseEmptied(tx: Tx): Promise<void> {
  await tx.query(
    "delete from members.quarantine q where reason = 'shared' and released_at is null and not exists (select 1 from members.holding h where h.token = q.token)",
  );
}
