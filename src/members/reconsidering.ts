import type { Ground } from "../ground.ts";
import { emit, type Tx } from "../store/index.ts";
import { partiesJoinedBy } from "./component-store.ts";
import { type Undoing } from "./join-log-store.ts";
import { forgetParties } from "./party-memory.ts";
import { refreshProfiles, membersOfParties } from "./profile-store.ts";
import { settle } from "./settling.ts";

const HOLDERS_MAX = 1_000;

/**
 * Looks again at everybody whom some values concern, after these were quarantined or released: their joins come or go,
 * and whoever was known by nothing else stops or begins to be a member.
 */
export async function reconsider(tx: Tx, ground: Ground, tokens: readonly string[], undoing?: Undoing): Promise<void> {
  const now = ground.clock.now();
  const holders = await tx.query<{ party_id: number }>(
    `select party_id from members.holding where token = any($1::text[]) order by party_id limit ${HOLDERS_MAX}`,
    [tokens],
  );
  const joined = await partiesJoinedBy(tx, tokens);
  const party_ids = [...new Set([...joined, ...holders.map((row) => row.party_id)])];
  const settled = await settle(tx, party_ids, now, undoing);
  const members = new Set([...(await membersOfParties(tx, party_ids)), ...settled.member_ids]);
  await refreshProfiles(tx, [...members], now);
  await forgetParties(tx);
  if (members.size > 0) await emit(tx, "members.changed", [{ member_ids: [...members] }]);
}
