import type { Tx } from "../../store/index.ts";

export interface DelegationRow {
  readonly delegation_id: number;
  readonly giver_id: number;
  readonly giver: string;
  readonly taker_id: number;
  readonly taker: string;
  readonly role: string;
  readonly reason: string;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly asked_by: number;
  readonly asked_at: Date;
  readonly approver_id: number | null;
  readonly approver: string | null;
  readonly approved_at: Date | null;
  readonly ended_at: Date | null;
  /** Whether the giver still is who they were: in office, with the role that was lent. */
  readonly stands: boolean;
}

const DELEGATION = `d.delegation_id, d.giver_id, g.name as giver, d.taker_id, t.name as taker, d.role, d.reason, d.from_at, d.until_at,
  d.asked_by, d.asked_at, d.approver_id, a.name as approver, d.approved_at, d.ended_at,
  (g.disabled_at is null and g.role = d.role) as stands`;
const FROM = `access.delegation d join access.person g on g.person_id = d.giver_id join access.person t on t.person_id = d.taker_id
  left join access.person a on a.person_id = d.approver_id`;
const KEPT = 200;

export function listDelegations(tx: Tx): Promise<DelegationRow[]> {
  return tx.query<DelegationRow>(`select ${DELEGATION} from ${FROM} order by d.delegation_id desc limit ${KEPT}`);
}

/** What somebody may take up at an instant. */
export function delegationsTo(tx: Tx, taker_id: number, now: Date): Promise<DelegationRow[]> {
  return tx.query<DelegationRow>(
    `select ${DELEGATION} from ${FROM} where d.taker_id = $1 and d.approved_at is not null and d.ended_at is null
       and d.from_at <= $2 and d.until_at > $2 and g.disabled_at is null and g.role = d.role order by d.until_at`,
    [taker_id, now],
  );
}

/** What somebody has lent or was lent that neither ended nor ran out, begun or not. */
export function standingDelegations(tx: Tx, person_id: number, now: Date): Promise<DelegationRow[]> {
  return tx.query<DelegationRow>(
    `select ${DELEGATION} from ${FROM} where (d.giver_id = $1 or d.taker_id = $1) and d.ended_at is null and d.until_at > $2
     order by d.from_at, d.delegation_id limit ${KEPT}`,
    [person_id, now],
  );
}

/** Locked until the transaction ends: it is approved once, and not after it was ended. */
export async function delegationForChange(tx: Tx, delegation_id: number): Promise<DelegationRow | undefined> {
  await tx.query("select 1 from access.delegation where delegation_id = $1 for update", [delegation_id]);
  return tx.one<DelegationRow>(`select ${DELEGATION} from ${FROM} where d.delegation_id = $1`, [delegation_id]);
}

export interface Asked {
  readonly giver_id: number;
  readonly taker_id: number;
  readonly role: string;
  readonly reason: string;
  readonly from_at: Date;
  readonly until_at: Date;
  readonly asked_by: number;
  readonly asked_at: Date;
}

export async function insertDelegation(tx: Tx, asked: Asked): Promise<number> {
  const row = await tx.one<{ delegation_id: number }>(
    `insert into access.delegation (giver_id, taker_id, role, reason, from_at, until_at, asked_by, asked_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning delegation_id`,
    [
      asked.giver_id,
      asked.taker_id,
      asked.role,
      asked.reason,
      asked.from_at,
      asked.until_at,
      asked.asked_by,
      asked.asked_at,
    ],
  );
  return row?.delegation_id ?? 0;
}

export async function markApproved(tx: Tx, delegation_id: number, approver_id: number, now: Date): Promise<void> {
  await tx.query("update access.delegation set approver_id = $2, approved_at = $3 where delegation_id = $1", [
    delegation_id,
    approver_id,
    now,
  ]);
}

export async function markEnded(tx: Tx, delegation_id: number, by: number, now: Date): Promise<boolean> {
  return (
    (await tx.execute(
      "update access.delegation set ended_by = $2, ended_at = $3 where delegation_id = $1 and ended_at is null",
      [delegation_id, by, now],
    )) > 0
  );
}

export async function setActingFor(tx: Tx, token_hash: Buffer, delegation_id: number | null): Promise<void> {
  await tx.query("update access.session set delegation_id = $2, view_role = null where token_hash = $1", [
    token_hash,
    delegation_id,
  ]);
}
