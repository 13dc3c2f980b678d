import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { personById, type PersonRow } from "../access-store.ts";
import { handledBy, requireMayGive } from "../person-acts.ts";
import { roleNamed } from "../roles.ts";
import type { SignedIn } from "../sessions.ts";
import {
  delegationForChange,
  type DelegationRow,
  delegationsTo,
  insertDelegation,
  markApproved,
  markEnded,
  setActingFor,
} from "./delegation-store.ts";

export const DELEGATION_DAYS_MAX = 30;

/** Whoever has one of these judges or keeps the others: it is lent to nobody who has another of them. */
const ADMINISTRATORS: ReadonlySet<string> = new Set(["owner", "system_admin", "security_admin", "audit_admin"]);
/** Whoever can do everything lends it to nobody. */
const NEVER_LENT: ReadonlySet<string> = new Set(["owner"]);

export type DelegationState = "asked" | "approved" | "active" | "over" | "ended" | "void";

/** @returns where a delegation stands: `void` once the giver has left or has another role */
export function stateOf(row: DelegationRow, now: Date): DelegationState {
  if (row.ended_at !== null) return "ended";
  if (row.until_at <= now) return "over";
  if (!row.stands) return "void";
  if (row.approved_at === null) return "asked";
  return row.from_at <= now ? "active" : "approved";
}

type By = Pick<PersonRow, "person_id" | "role">;
export interface Wish {
  readonly giver_id: number;
  readonly taker_id: number;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly reason: string;
}

/**
 * Asks that somebody may do a colleague's work for a while; it counts once a second person has approved it.
 * @throws access.delegation_people, access.delegation_time, access.delegation_role, access.owner_only
 */
export async function askDelegation(ground: Ground, by: By, wish: Wish): Promise<number> {
  const now = ground.wall.now();
  const days = (wish.until_at.getTime() - wish.from_at.getTime()) / 86_400_000;
  if (!(days > 0) || days > DELEGATION_DAYS_MAX || wish.until_at <= now)
    throw problem("access.delegation_time", { days: DELEGATION_DAYS_MAX });
  return ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const giver = await personById(tx, wish.giver_id);
    const taker = await personById(tx, wish.taker_id);
    if (giver === undefined || taker === undefined || giver.person_id === taker.person_id)
      throw problem("access.delegation_people");
    if (giver.disabled_at !== null || taker.disabled_at !== null) throw problem("access.delegation_people");
    requireLendable(giver.role, taker.role);
    // whoever could not give the role cannot lend it either
    requireMayGive(by, giver.role);
    return insertDelegation(tx, { ...wish, role: giver.role, asked_by: by.person_id, asked_at: now });
  });
}

function requireLendable(role: string, taker_role: string): void {
  const kept = NEVER_LENT.has(role) || (ADMINISTRATORS.has(role) && ADMINISTRATORS.has(taker_role));
  if (!kept) return;
  const [lent, taker] = [roleNamed(role), roleNamed(taker_role)];
  throw problem("access.delegation_role", {
    role,
    taker_role,
    role_zh: lent.zh,
    role_en: lent.en,
    taker_role_zh: taker.zh,
    taker_role_en: taker.en,
  });
}

/**
 * A second person approves: neither of the two, nor whoever asked, nor an account that one of them has made meanwhile.
 * @throws access.delegation_not_found, access.delegation_state, access.delegation_second_person, access.owner_only
 */
export async function approveDelegation(ground: Ground, by: By, delegation_id: number): Promise<void> {
  const now = ground.wall.now();
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await delegationForChange(tx, delegation_id);
    if (row === undefined) throw problem("access.delegation_not_found");
    const state = stateOf(row, now);
    if (state !== "asked") throw problem("access.delegation_state", { state });
    const involved = [row.giver_id, row.taker_id, row.asked_by];
    if (involved.includes(by.person_id) || (await handledBy(tx, involved, row.asked_at)).has(by.person_id))
      throw problem("access.delegation_second_person");
    requireMayGive(by, row.role);
    const taker = await personById(tx, row.taker_id);
    requireLendable(row.role, taker?.role ?? "owner");
    await markApproved(tx, delegation_id, by.person_id, now);
  });
}

/** Ends it at once, whoever may manage accounts or is one of the two. @throws access.delegation_not_found */
export async function endDelegation(ground: Ground, by: number, delegation_id: number, own: boolean): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    const row = await delegationForChange(tx, delegation_id);
    const theirs = row !== undefined && (!own || row.giver_id === by || row.taker_id === by);
    if (!theirs || !(await markEnded(tx, delegation_id, by, ground.wall.now())))
      throw problem("access.delegation_not_found");
  });
}

/** From now on this session does the colleague's work, or the own again with null. @throws access.delegation_not_found */
export async function actFor(
  ground: Ground,
  { person, session, policy }: SignedIn,
  delegation_id: number | null,
): Promise<void> {
  await ground.store.write(SYSTEM_SCOPE, async (tx) => {
    if (delegation_id !== null) {
      const open = await delegationsTo(tx, person.person_id, ground.wall.now());
      const lent = open.find((row) => row.delegation_id === delegation_id);
      if (lent === undefined) throw problem("access.delegation_not_found");
      // a role that must have a second factor has it in other hands too
      if (policy.second_factor_roles.includes(lent.role) && session.assurance < 2)
        throw problem("access.second_factor_missing");
    }
    await setActingFor(tx, session.token_hash, delegation_id);
  });
}
