import { emit, type Tx } from "../store/index.ts";
import {
  loadComponent,
  massHeldValues,
  membersHolding,
  partiesInTouch,
  partiesJoinedBy,
  quarantineValues,
  recordConflicts,
  type LoadedComponent,
} from "./component-store.ts";
import { logJoins, markUndone, moveParties, type Undoing } from "./join-log-store.ts";
import { reconcile } from "./join-ledger.ts";
import { resolve } from "./resolver.ts";

export interface Settled {
  /** Members on any side of a join or split, before and after, and those who hold a value that joins nobody any more. */
  readonly member_ids: ReadonlySet<number>;
  readonly joins: number;
  readonly splits: number;
}

const BY_EVIDENCE: Undoing = { by: "evidence", person_id: null, reason: null };
const NOTHING: Settled = { member_ids: new Set(), joins: 0, splits: 0 };

/**
 * Brings the members around some parties in line with the evidence: joins, parts, quarantines and reports conflicts.
 * The result depends on what is known, not on the order in which it came.
 */
export async function settle(
  tx: Tx,
  party_ids: readonly number[],
  now: Date,
  undoing: Undoing = BY_EVIDENCE,
): Promise<Settled> {
  const touched = await partiesInTouch(tx, party_ids);
  if (touched.length === 0) return NOTHING;
  const massHeld = await massHeldValues(tx, touched);
  await quarantineValues(tx, massHeld, "shared", now);
  const barred = massHeld.map((value) => value.token);
  const loosened = await partiesJoinedBy(tx, barred);
  const settled = await settleLoaded(tx, await loadComponent(tx, [...touched, ...loosened]), now, undoing);
  return { ...settled, member_ids: new Set([...settled.member_ids, ...(await membersHolding(tx, barred))]) };
}

/** The same for a component already loaded, whose decisions may have been changed by the caller. */
export async function settleLoaded(tx: Tx, loaded: LoadedComponent, now: Date, undoing: Undoing): Promise<Settled> {
  const { component, current, active } = loaded;
  const resolution = resolve(component);
  const { moves, made, undone } = reconcile(current, active, resolution);
  await quarantineValues(tx, resolution.crowded, "shared", now);
  await moveParties(tx, moves);
  await markUndone(tx, undone, undoing, now);
  await logJoins(tx, made, now, undoing.person_id);
  await recordConflicts(tx, [...current.keys()], resolution.conflicts, now);
  const joined = new Set(made.flatMap((join) => [join.kept, join.absorbed]));
  const moved = new Set(moves.flatMap((move) => [move.member_id, current.get(move.party_id) ?? move.member_id]));
  const split = undone.length === 0 ? [] : [...moved];
  if (joined.size > 0) await emit(tx, "members.joined", [{ member_ids: [...joined] }]);
  if (split.length > 0) await emit(tx, "members.split", [{ member_ids: split }]);
  const barred = await membersHolding(
    tx,
    resolution.crowded.map((value) => value.token),
  );
  return { member_ids: new Set([...joined, ...moved, ...barred]), joins: made.length, splits: undone.length };
}
