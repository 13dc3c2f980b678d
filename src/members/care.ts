import type { Ground } from "../ground.ts";
import { type Problem, problem } from "../platform/index.ts";
import { emit, type Tx } from "../store/index.ts";
import { correctField } from "./correction.ts";
import { afterDecision } from "./deciding.ts";
import type { Decider } from "./decision-store.ts";
import { memberIdAt, partyIds } from "./member-page.ts";
import { forgetParties } from "./party-memory.ts";
import { accountOf, lockIdentities, upsertHoldings } from "./party-store.ts";
import { FLAGS } from "./profile-field.ts";
import { detailFits } from "./identity-check.ts";
import { phoneLast4Key } from "./profile-fact.ts";
import { insertSearchKeys, refreshProfiles } from "./profile-store.ts";
import { seenMembers, seenValues } from "./shown.ts";
import { settle } from "./settling.ts";
import { mask } from "../vault/index.ts";

/** Something only the member knows, checked at the counter before a number is changed. */
export interface SecondCheck {
  readonly kind: "old_phone" | "birthday" | "card_no";
  readonly value: string;
}

/**
 * Changes a member's number at the counter: the old one is given up now (it joins nobody who comes later), the new one
 * is stated.
 * @throws members.phone_invalid, members.phone_taken, members.second_check_failed
 */
export async function changePhone(
  tx: Tx,
  ground: Ground,
  id: number,
  new_phone: string,
  check: SecondCheck,
  by: Decider,
): Promise<{ member_id: number; phone_masked: string }> {
  await lockIdentities(tx);
  const member_id = await memberIdAt(tx, id);
  const parties = await partyIds(tx, member_id);
  const normal = ground.vault.normalise("phone", new_phone);
  if ("never_key" in normal) throw problem("members.phone_invalid", { reason: normal.never_key });
  if (!(await passes(tx, ground, parties, check))) throw problem("members.second_check_failed", { check: check.kind });
  const token = ground.vault.token("phone", normal.value);
  const taken = await tx.one<{ member_id: number }>(
    `select p.member_id from members.holding h join members.party p using (party_id)
     where h.token = $1 and p.member_id <> $2 and p.erased_at is null and (h.ended_at is null or h.stated_at > h.ended_at) limit 1`,
    [token, member_id],
  );
  if (taken !== undefined) throw await phoneTaken(tx, taken.member_id);
  await ground.vault.seal(tx, [{ token, kind: "phone", value: normal.value }]);
  await tx.query(
    "update members.holding set ended_at = $3, kept_ended_at = $3 where party_id = any($1::bigint[]) and kind = 'phone' and token <> $2 and (ended_at is null or stated_at > ended_at)",
    [parties, token, by.now],
  );
  const keeper = await accountOf(tx, parties);
  const now_ms = by.now.getTime();
  const span = { first_ms: now_ms, last_ms: now_ms, stated_ms: now_ms, ended_ms: null };
  const { party_id, source_id } = keeper;
  await upsertHoldings(tx, [{ party_id, source_id, kind: "phone", token, all: span, kept: span }]);
  const store = keeper.home_store_code ?? "";
  const key = phoneLast4Key(ground.vault, normal.value.slice(-4), store);
  await insertSearchKeys(tx, [{ party_id, kind: "phone_last4", key, source_token: token }]);
  const settled = await settle(tx, parties, by.now);
  await afterDecision(tx, settled, by.now);
  await changedByHand(tx, [member_id], by.now);
  return { member_id, phone_masked: mask("phone", normal.value) };
}

/** Whoever does not see the other member learns that there is one, not who. */
async function phoneTaken(tx: Tx, member_id: number): Promise<Problem> {
  const seen = await tx.one(`select 1 from members.profile f where f.member_id = $1 and ${seenMembers(2)}`, [
    member_id,
    ...seenValues(tx.scope),
  ]);
  return seen === undefined ? problem("members.phone_taken_elsewhere") : problem("members.phone_taken", { member_id });
}

/** The check asks for the old phone by a name of its own. */
function passes(tx: Tx, ground: Ground, parties: readonly number[], { kind, value }: SecondCheck): Promise<boolean> {
  return detailFits(tx, ground, parties, { kind: kind === "old_phone" ? "phone" : kind, value });
}

async function changedByHand(tx: Tx, member_ids: readonly number[], now: Date): Promise<void> {
  await refreshProfiles(tx, member_ids, now);
  await forgetParties(tx);
  await emit(tx, "members.changed", [{ member_ids }]);
}

/** Sets or clears a flag that every domain reads. A person's word beats what sources say. */
export async function setFlag(
  tx: Tx,
  ground: Ground,
  id: number,
  flag: string,
  holds: boolean,
  by: Decider,
): Promise<number> {
  if (!(FLAGS as readonly string[]).includes(flag))
    throw problem("members.flag_unknown", { flag, allowed: FLAGS.join(", ") });
  const said = { field: `is_${flag}`, value: String(holds) };
  return (await correctField(tx, ground, id, said, by)).member_id;
}
