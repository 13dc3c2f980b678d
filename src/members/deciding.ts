import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import { loadComponent } from "./component-store.ts";
import { joinsInItsWake, lapsedJoins, settledJoin } from "./join-log-store.ts";
import { closeConflicts, openConflict, recordHeld } from "./conflict-store.ts";
import { insertDecision, partiesOfMember, revokeBetween, type Decider } from "./decision-store.ts";
import { memberIdAt } from "./member-page.ts";
import { lockIdentities } from "./party-store.ts";
import { refreshProfiles } from "./profile-store.ts";
import { seenMembers, seenValues } from "./shown.ts";
import { settleLoaded, type Settled } from "./settling.ts";
import { splitVerdicts } from "./split.ts";

/**
 * Takes a join back: both sides become the members they were, with their names, histories, consents and states, and
 * the same evidence does not bring them together again.
 * @throws members.join_not_found, members.join_already_undone
 * @returns the members on both sides.
 */
export async function undoJoin(
  tx: Tx,
  ground: Ground,
  join_id: number,
  by: Decider,
): Promise<{ member_ids: number[] }> {
  await lockIdentities(tx);
  const join = await settledJoin(tx, join_id);
  if (join === undefined) throw problem("members.join_not_found", { join_id });
  await requireSeen(tx, [join.a, join.b], () => problem("members.join_not_found", { join_id }));
  if (join.undone_at !== null) throw problem("members.join_already_undone", { join_id });
  const loaded = await loadComponent(tx, [join.a, join.b]);
  const wake = await joinsInItsWake(tx, join_id);
  const active = loaded.active.filter((other) => !wake.has(other.join_id));
  const lapsed = await lapsedJoins(tx, join_id, [...loaded.current.keys()]);
  const [first, ...held] = splitVerdicts(loaded.component, join, active, lapsed);
  if (first === undefined) throw new Error("a split without a verdict");
  await revokeBetween(tx, "join", first.sides, by.now);
  const decision_id = await insertDecision(tx, first, by);
  for (const verdict of held) {
    await insertDecision(tx, verdict, by, decision_id);
    if (verdict.verdict === "apart") await recordHeld(tx, verdict.sides, by.now);
  }
  const undoing = { by: "person", person_id: by.person_id, reason: by.reason } as const;
  const settled = await settleLoaded(tx, await loadComponent(tx, [join.a, join.b]), by.now, undoing);
  await afterDecision(tx, settled, by.now);
  return { member_ids: [...settled.member_ids] };
}

/**
 * Settles a conflict: the two sides are one person, or they are two.
 * @throws members.conflict_not_found, members.conflict_settled
 */
export async function resolveConflict(
  tx: Tx,
  ground: Ground,
  conflict_id: number,
  decision: "join" | "keep_apart",
  by: Decider,
): Promise<{ member_ids: number[] }> {
  await lockIdentities(tx);
  const conflict = await openConflict(tx, conflict_id);
  const parties = [conflict.party_a, conflict.party_b];
  await requireSeen(tx, parties, () => problem("members.conflict_not_found", { conflict_id }));
  const sides = [
    await sideOf(tx, conflict.member_a, conflict.party_a),
    await sideOf(tx, conflict.member_b, conflict.party_b),
  ] as const;
  return decide(tx, sides, decision, by);
}

/** Two members are one person, because a person says so. @throws members.not_found, members.join_itself */
export async function joinMembers(
  tx: Tx,
  ids: readonly [number, number],
  by: Decider,
): Promise<{ member_ids: number[] }> {
  await lockIdentities(tx);
  const [a, b] = [await memberIdAt(tx, ids[0]), await memberIdAt(tx, ids[1])];
  if (a === b) throw problem("members.join_itself", { member_id: a });
  return decide(tx, [await sideOf(tx, a, a), await sideOf(tx, b, b)], "join", by);
}

/** Whoever has stores of their own decides about their members only; a bare device belongs to no store. */
async function requireSeen(tx: Tx, party_ids: readonly number[], otherwise: () => Error): Promise<void> {
  const unseen = await tx.one(
    `select 1 from members.party p join members.profile f using (member_id)
     where p.party_id = any($1::bigint[]) and not coalesce(${seenMembers(2)}, false) limit 1`,
    [party_ids, ...seenValues(tx.scope)],
  );
  if (unseen !== undefined) throw otherwise();
}

type Sides = readonly [readonly number[], readonly number[]];

async function decide(
  tx: Tx,
  sides: Sides,
  decision: "join" | "keep_apart",
  by: Decider,
): Promise<{ member_ids: number[] }> {
  const verdict = decision === "join" ? "join" : "apart";
  await revokeBetween(tx, verdict === "join" ? "apart" : "join", sides, by.now);
  await insertDecision(tx, { verdict, sides }, by);
  await closeConflicts(tx, sides, verdict === "join" ? "joined" : "kept_apart", by);
  const undoing = { by: "person", person_id: by.person_id, reason: by.reason } as const;
  // Loaded whatever they share: a person's word needs no value in common.
  const settled = await settleLoaded(tx, await loadComponent(tx, [...sides[0], ...sides[1]]), by.now, undoing);
  await afterDecision(tx, settled, by.now);
  return { member_ids: [...settled.member_ids] };
}

/** All parties of a side, the one in question first: a join links the first of each side. */
async function sideOf(tx: Tx, member_id: number, party_id: number): Promise<number[]> {
  const parties = await partiesOfMember(tx, member_id);
  return [party_id, ...parties.filter((other) => other !== party_id)];
}

/** What every change of members by hand has in common: profiles anew, totals anew, later domains told. */
export async function afterDecision(tx: Tx, settled: Settled, now: Date): Promise<void> {
  const member_ids = [...settled.member_ids];
  await refreshProfiles(tx, member_ids, now);
  if (member_ids.length === 0) return;
  const parties = await tx.query<{ party_id: number }>(
    "select party_id from members.party where member_id = any($1::bigint[])",
    [member_ids],
  );
  await emit(tx, "members.totals_due", [{ party_ids: parties.map((row) => row.party_id) }]);
}
