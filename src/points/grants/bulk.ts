import type { Ground } from "../../ground.ts";
import { type BusinessDay, businessDay, problem } from "../../platform/index.ts";
import { emit, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { lockHead } from "../ledger/read-store.ts";
import type { Settle } from "../ledger/command.ts";
import { todayOf } from "../ledger/ledger.ts";
import { settleWithin } from "../ledger/within.ts";
import { walletsOf } from "../rules/settle-store.ts";
import {
  addMembers,
  type Bulk,
  bulkById,
  bulkByKey,
  type BulkKind,
  type BulkMember,
  type BulkOutcome,
  insertBulk,
  membersInState,
  type NewBulk,
  setBulk,
  type UndoMode,
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

/** Under what the ledger has a lot of a bulk. */
const referenceOf = ({ kind, bulk_id }: Bulk, { owner, part }: BulkMember) =>
  kind === "grant" ? `grant:${bulk_id}:${owner}` : `opening:${bulk_id}:${part}:${owner}`;

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

/** The budget that pays; its limits count on the day the bulk was made, so that an undo frees what it had used. */
const paidBy = (ground: Ground, { budget, made_at }: Bulk) =>
  budget === null ? {} : { budget, budget_day: businessDay(made_at, ground.config.timezone) };

async function give(tx: Tx, ground: Ground, bulk: Bulk, members: readonly BulkMember[]): Promise<BulkOutcome[]> {
  const wallets = await walletsOf(
    tx,
    members.map(({ owner }) => owner),
  );
  const today = todayOf(ground);
  // between the signature and this portion a midnight may have passed
  const over = ({ last_day }: BulkMember) => last_day !== null && last_day < today;
  const living = members.filter((member) => !over(member));
  const commands = living.map((member): Settle => {
    const { owner, points, last_day } = member;
    return {
      type: "settle",
      owner,
      wallet: wallets.get(owner) ?? [owner],
      points,
      reference: referenceOf(bulk, member),
      ...(last_day === null ? {} : { last_day }),
      ...paidBy(ground, bulk),
    };
  });
  const outcomes = await settleWithin(tx, ground, commands);
  const refusals = new Map(
    living.map((member, at) => {
      const outcome = outcomes[at];
      return [member, outcome !== undefined && "refused" in outcome ? outcome.refused : null];
    }),
  );
  return members.map((member) => {
    const refused = over(member) ? "points.lot_over" : (refusals.get(member) ?? null);
    const { owner, part } = member;
    return { owner, part, state: refused === null ? "given" : "refused", refused, taken: 0, spent: 0 };
  });
}

async function takeBack(tx: Tx, ground: Ground, bulk: Bulk, members: readonly BulkMember[]): Promise<BulkOutcome[]> {
  // from here on nobody spends: what is unused now is what can be taken
  await lockHead(tx);
  const owners = members.map(({ owner }) => owner);
  const wallets = await walletsOf(tx, owners);
  const unused = await unusedOf(
    tx,
    members.map((member) => referenceOf(bulk, member)),
  );
  const spentOf = (member: BulkMember) => {
    const { unused: left = 0, taken = 0 } = unused.get(referenceOf(bulk, member)) ?? {};
    return Math.max(0, member.points - taken - left);
  };
  const commands = members.map(
    (member): Settle => ({
      type: "settle",
      owner: member.owner,
      wallet: wallets.get(member.owner) ?? [member.owner],
      points: bulk.undo === "debt" ? 0 : spentOf(member),
      reference: referenceOf(bulk, member),
      ...paidBy(ground, bulk),
    }),
  );
  const outcomes = await settleWithin(tx, ground, commands);
  return members.map((member, at) => {
    const outcome = outcomes[at];
    const one = { owner: member.owner, part: member.part };
    if (outcome !== undefined && "refused" in outcome)
      return { ...one, state: "given", refused: outcome.refused, taken: 0, spent: 0 };
    const spent = spentOf(member);
    const taken = member.points - (bulk.undo === "debt" ? 0 : spent);
    return { ...one, state: "undone", refused: null, taken, spent };
  });
}

/** @throws points.bulk_unknown, points.bulk_not_done */
export async function beginUndo(tx: Tx, bulk_id: number, undo: UndoMode, kind: BulkKind = "grant"): Promise<Bulk> {
  const bulk = await bulkById(tx, bulk_id, true);
  if (bulk === undefined || bulk.kind !== kind) throw problem("points.bulk_unknown", { bulk_id });
  if (bulk.state !== "done" && bulk.state !== "cancelled") throw problem("points.bulk_not_done", { bulk_id });
  await setBulk(tx, bulk_id, { state: "undoing", undo });
  return { ...bulk, state: "undoing", undo };
}
