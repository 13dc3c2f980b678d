import { emit, type Tx } from "../store/index.ts";
import {
  loadComponent,
  massHeldValues,
  membersHolding,
  partiesInTouch,
  partiesJoinedBy,
  recordConflicts,
  type LoadedComponent,
} from "./component-store.ts";
import { crowdedValuesOf, liftValues, quarantineValues } from "./crowding.ts";
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

/** Each round brings at least one value out of quarantine or into it, and surer kinds are settled before weaker ones. */
const ROUNDS_MAX = 20;

/** The same for a component already loaded, whose decisions may have been changed by the caller. */
export async function settleLoaded(tx: Tx, loaded: LoadedComponent, now: Date, undoing: Undoing): Promise<Settled> {
  let settled = NOTHING;
  let next: LoadedComponent | undefined = loaded;
  for (let round = 0; next !== undefined && round < ROUNDS_MAX; round += 1) {
    const { moved, ...found } = await settleOnce(tx, next, now, undoing);
    settled = together(settled, found);
    const further = await partiesToReconsider(tx, next, moved);
    next = further.length === 0 ? undefined : await loadComponent(tx, further);
  }
  return settled;
}

async function settleOnce(
  tx: Tx,
  { component, current, active, reconsidered }: LoadedComponent,
  now: Date,
  undoing: Undoing,
): Promise<Settled & { readonly moved: ReadonlySet<number> }> {
  const resolution = resolve(component);
  const { moves, made, undone } = reconcile(current, active, resolution);
  const crowded = resolution.crowded.map((value) => value.token);
  const lifted = [...reconsidered].filter((token) => !crowded.includes(token));
  await quarantineValues(tx, resolution.crowded, "shared", now);
  await liftValues(tx, lifted);
  await moveParties(tx, moves);
  await markUndone(tx, undone, undoing, now);
  await logJoins(tx, made, now, undoing.person_id);
  await recordConflicts(tx, [...current.keys()], resolution.conflicts, now);
  const joined = new Set(made.flatMap((join) => [join.kept, join.absorbed]));
  const moved = new Set(moves.flatMap((move) => [move.member_id, current.get(move.party_id) ?? move.member_id]));
  const split = undone.length === 0 ? [] : [...moved];
  if (joined.size > 0) await emit(tx, "members.joined", [{ member_ids: [...joined] }]);
  if (split.length > 0) await emit(tx, "members.split", [{ member_ids: split }]);
  const turned = [...crowded.filter((token) => !reconsidered.has(token)), ...lifted];
  const holding = await membersHolding(tx, turned);
  return { member_ids: new Set([...joined, ...moved, ...holding]), joins: made.length, splits: undone.length, moved };
}

/** Parties of the members that changed which hold other values in quarantine: these may be fewer persons' now, or more. */
async function partiesToReconsider(tx: Tx, loaded: LoadedComponent, moved: ReadonlySet<number>): Promise<number[]> {
  if (moved.size === 0) return [];
  const rows = await tx.query<{ party_id: number }>(
    "select party_id from members.party where member_id = any($1::bigint[])",
    [[...moved]],
  );
  const party_ids = rows.map((row) => row.party_id);
  const values = await crowdedValuesOf(tx, party_ids);
  return values.some((token) => !loaded.reconsidered.has(token)) ? party_ids : [];
}

function together(a: Settled, b: Settled): Settled {
  return {
    member_ids: new Set([...a.member_ids, ...b.member_ids]),
    joins: a.joins + b.joins,
    splits: a.splits + b.splits,
  };
}
