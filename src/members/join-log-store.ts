import type { Tx } from "../store/index.ts";
import type { ActiveJoin, MadeJoin } from "./join-ledger.ts";
import { PERSON_RULE } from "./rules.ts";
import type { LapsedJoin } from "./split.ts";

/** Joins that stand between any of these parties. */
export async function standingJoins(tx: Tx, party_ids: readonly number[]): Promise<ActiveJoin[]> {
  return tx.query<ActiveJoin>(
    `select join_id, party_a as a, party_b as b from members.join_log
     where undone_at is null and (party_a = any($1::bigint[]) or party_b = any($1::bigint[])) order by join_id`,
    [party_ids],
  );
}

/** One join with its state. */
export async function settledJoin(
  tx: Tx,
  join_id: number,
): Promise<(ActiveJoin & { undone_at: Date | null }) | undefined> {
  return tx.one(
    "select join_id, party_a as a, party_b as b, undone_at from members.join_log where join_id = $1 for update",
    [join_id],
  );
}

/** Joins older than this one that were undone when it was made, or by evidence later. */
export async function lapsedJoins(tx: Tx, join_id: number, party_ids: readonly number[]): Promise<LapsedJoin[]> {
  return tx.query<LapsedJoin>(
    `select o.join_id, o.party_a as a, o.party_b as b, o.undone_at = j.joined_at as at_once
     from members.join_log j join members.join_log o
       on o.join_id < j.join_id and (o.undone_at = j.joined_at or (o.undone_by = 'evidence' and o.undone_at > j.joined_at))
     where j.join_id = $1 and o.party_a = any($2::bigint[]) and o.party_b = any($2::bigint[]) order by o.join_id`,
    [join_id, party_ids],
  );
}

/** Joins that a person's decision brought with it, in the same moment: they go when the decision goes. */
export async function joinsInItsWake(tx: Tx, join_id: number): Promise<Set<number>> {
  const rows = await tx.query<{ join_id: number }>(
    `select o.join_id from members.join_log j join members.join_log o on o.join_id > j.join_id and o.joined_at = j.joined_at
     where j.join_id = $1 and j.rule = $2`,
    [join_id, PERSON_RULE.rule],
  );
  return new Set(rows.map((row) => row.join_id));
}

export async function moveParties(tx: Tx, moves: readonly { party_id: number; member_id: number }[]): Promise<void> {
  if (moves.length === 0) return;
  await tx.query(
    `update members.party p set member_id = m.member_id
     from unnest($1::bigint[], $2::bigint[]) as m (party_id, member_id) where p.party_id = m.party_id`,
    [moves.map((m) => m.party_id), moves.map((m) => m.member_id)],
  );
}

export async function logJoins(tx: Tx, joins: readonly MadeJoin[], now: Date, person_id: number | null): Promise<void> {
  if (joins.length === 0) return;
  await tx.query(
    `insert into members.join_log (party_a, party_b, member_kept, member_absorbed, rule, kind, token, joined_at, person_id)
     select *, $8::timestamptz, $9::bigint from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])`,
    [
      joins.map((j) => j.a),
      joins.map((j) => j.b),
      joins.map((j) => j.kept),
      joins.map((j) => j.absorbed),
      joins.map((j) => j.rule),
      joins.map((j) => j.kind),
      joins.map((j) => j.token),
      now,
      person_id,
    ],
  );
}

export interface Undoing {
  readonly by: "person" | "evidence" | "retract" | "erasure";
  readonly person_id: number | null;
  readonly reason: string | null;
}

export async function markUndone(tx: Tx, join_ids: readonly number[], undoing: Undoing, now: Date): Promise<void> {
  if (join_ids.length === 0) return;
  await tx.query(
    `update members.join_log set undone_at = $2, undone_by = $3, undone_person_id = $4, undone_reason = $5
     where join_id = any($1::bigint[]) and undone_at is null`,
    [join_ids, now, undoing.by, undoing.person_id, undoing.reason],
  );
}
