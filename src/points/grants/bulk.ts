import type { Ground } from "../../ground.ts";
import { type BusinessDay, problem } from "../../platform/index.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { lockHead } from "../ledger/batch-store.ts";
import type { Settle } from "../ledger/command.ts";
import { settleWithin } from "../ledger/within.ts";
import { walletsOf } from "../rules/settle-store.ts";
import {
  addMembers,
  type Bulk,
  bulkById,
  bulkByKey,
  type BulkMember,
  type BulkOutcome,
  insertBulk,
  membersInState,
  type NewBulk,
  setBulk,
  unusedOf,
  writeOutcomes,
} from "./bulk-store.ts";

/** Members of one transaction: whoever redeems meanwhile waits for these and no longer. */
export const BULK_AT_ONCE = 2_000;

export interface Wish extends NewBulk {
  readonly audience: { readonly member_ids: readonly number[] } | { readonly segment_id: number };
  readonly points: number;
  readonly last_day: BusinessDay | null;
  readonly stores: readonly string[] | null;
}

const referenceOf = (bulk_id: number, owner: number) => `grant:${bulk_id}:${owner}`;

/**
 * Writes down whom a grant is for; nothing is given yet. The same key again is the same grant.
 * @throws points.nobody, points.key_reused
 */
export async function beginBulk(tx: Tx, wish: Wish): Promise<{ readonly bulk: Bulk; readonly fresh: boolean }> {
  const known = await bulkByKey(tx, wish.key);
  if (known !== undefined) {
    if (known.name !== wish.name || known.segment_id !== wish.segment_id)
      throw problem("points.key_reused", { key: wish.key });
    return { bulk: known, fresh: false };
  }
  const bulk_id = await insertBulk(tx, wish);
  if ((await addMembers(tx, bulk_id, wish.audience, wish)) === 0) throw problem("points.nobody");
  return { bulk: (await bulkById(tx, bulk_id)) as Bulk, fresh: true };
}

/**
 * One portion of a bulk: gives to those who wait, or takes back from those who were given. What is kept of each and what
 * the ledger holds become true together, so that it may stop anywhere and go on.
 * @returns how many members it did; 0: nothing is left
 */
export async function continueBulk(ground: Ground, bulk_id: number): Promise<number> {
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const bulk = await bulkById(tx, bulk_id, true);
    if (bulk === undefined || (bulk.state !== "running" && bulk.state !== "undoing")) return 0;
    const giving = bulk.state === "running";
    const members = await membersInState(tx, bulk_id, giving ? "waiting" : "given", BULK_AT_ONCE);
    if (members.length === 0) {
      await setBulk(tx, bulk_id, { state: giving ? "done" : "undone", finished_at: ground.clock.now() });
      return 0;
    }
    const outcomes = giving ? await give(tx, ground, bulk, members) : await takeBack(tx, ground, bulk, members);
    await writeOutcomes(tx, bulk_id, outcomes);
    await emit(tx, "points.changed", [{ party_ids: members.map(({ owner }) => owner) }]);
    return members.length;
  });
}

async function give(tx: Tx, ground: Ground, bulk: Bulk, members: readonly BulkMember[]): Promise<BulkOutcome[]> {
  const wallets = await walletsOf(
    tx,
    members.map(({ owner }) => owner),
  );
  const commands = members.map(
    ({ owner, points, last_day }): Settle => ({
      type: "settle",
      owner,
      wallet: wallets.get(owner) ?? [owner],
      points,
      reference: referenceOf(bulk.bulk_id, owner),
      ...(last_day === null ? {} : { last_day }),
      ...(bulk.budget === null ? {} : { budget: bulk.budget }),
    }),
  );
  const outcomes = await settleWithin(tx, ground, commands);
  return members.map(({ owner }, at) => {
    const outcome = outcomes[at];
    const refused = outcome !== undefined && "refused" in outcome ? outcome.refused : null;
    return { owner, state: refused === null ? "given" : "refused", refused, taken: 0, spent: 0 };
  });
}

async function takeBack(tx: Tx, ground: Ground, bulk: Bulk, members: readonly BulkMember[]): Promise<BulkOutcome[]> {
  // from here on nobody spends: what is unused now is what can be taken
  await lockHead(tx);
  const owners = members.map(({ owner }) => owner);
  const wallets = await walletsOf(tx, owners);
  const unused = await unusedOf(
    tx,
    owners.map((owner) => referenceOf(bulk.bulk_id, owner)),
  );
  const spentOf = ({ owner, points }: BulkMember) => {
    const { unused: left = 0, taken = 0 } = unused.get(owner) ?? {};
    return Math.max(0, points - taken - left);
  };
  const commands = members.map(
    (member): Settle => ({
      type: "settle",
      owner: member.owner,
      wallet: wallets.get(member.owner) ?? [member.owner],
      points: bulk.undo === "debt" ? 0 : spentOf(member),
      reference: referenceOf(bulk.bulk_id, member.owner),
      ...(bulk.budget === null ? {} : { budget: bulk.budget }),
    }),
  );
  const outcomes = await settleWithin(tx, ground, commands);
  return members.map((member, at) => {
    const outcome = outcomes[at];
    if (outcome !== undefined && "refused" in outcome)
      return { owner: member.owner, state: "given", refused: outcome.refused, taken: 0, spent: 0 };
    const spent = spentOf(member);
    const taken = member.points - (bulk.undo === "debt" ? 0 : spent);
    return { owner: member.owner, state: "undone", refused: null, taken, spent };
  });
}

/** @throws points.bulk_unknown, points.bulk_not_done */
export async function beginUndo(tx: Tx, bulk_id: number, undo: "leave" | "debt"): Promise<Bulk> {
  const bulk = await bulkById(tx, bulk_id, true);
  if (bulk === undefined) throw problem("points.bulk_unknown", { bulk_id });
  if (bulk.state !== "done" && bulk.state !== "cancelled") throw problem("points.bulk_not_done", { bulk_id });
  await setBulk(tx, bulk_id, { state: "undoing", undo });
  return { ...bulk, state: "undoing", undo };
}
