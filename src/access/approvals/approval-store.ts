import type { Tx } from "../../store/index.ts";
import type { ApprovalRow } from "./approval.ts";

const SELECT = `select a.*, r.name as requester, d.name as approver from access.approval a
  join access.person r on r.person_id = a.requester_id left join access.person d on d.person_id = a.approver_id`;

export interface NewApproval
  extends Pick<
    ApprovalRow,
    | "permission"
    | "level"
    | "route"
    | "payload_hash"
    | "payload_sealed"
    | "words_zh"
    | "words_en"
    | "stores"
    | "requester_id"
    | "reason"
    | "asked_at"
    | "expires_at"
  > {}

export async function insertApproval(tx: Tx, one: NewApproval): Promise<number> {
  const row = await tx.one<{ approval_id: number }>(
    `insert into access.approval (permission, level, route, payload_hash, payload_sealed, words_zh, words_en, stores, requester_id,
       reason, asked_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning approval_id`,
    [
      one.permission,
      one.level,
      one.route,
      one.payload_hash,
      one.payload_sealed,
      one.words_zh,
      one.words_en,
      one.stores,
      one.requester_id,
      one.reason,
      one.asked_at,
      one.expires_at,
    ],
  );
  if (row === undefined) throw new Error("a request for approval was not kept");
  return row.approval_id;
}

export function approvalById(tx: Tx, approval_id: number): Promise<ApprovalRow | undefined> {
  return tx.one<ApprovalRow>(`${SELECT} where a.approval_id = $1`, [approval_id]);
}

/** Waits for whoever decides or does the same one. */
export async function lockApproval(tx: Tx, approval_id: number): Promise<ApprovalRow | undefined> {
  await tx.query("select 1 from access.approval where approval_id = $1 for update", [approval_id]);
  return approvalById(tx, approval_id);
}

/** One request of a person after the other. */
export async function lockRequester(tx: Tx, requester_id: number): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(480843, $1::int)", [requester_id]);
}

/** The newest of a person's requests for exactly this that is not over. */
export function openRequest(
  tx: Tx,
  requester_id: number,
  payload_hash: Buffer,
  now: Date,
): Promise<ApprovalRow | undefined> {
  return tx.one<ApprovalRow>(
    `${SELECT} where a.requester_id = $1 and a.payload_hash = $2 and a.executed_at is null and a.expires_at > $3
       and (a.decision is null or a.decision = 'approved') order by a.approval_id desc limit 1`,
    [requester_id, payload_hash, now],
  );
}

/** Requests whose time is over make room for another one for the same. */
export async function endExpired(tx: Tx, requester_id: number, now: Date): Promise<void> {
  await tx.query(
    `update access.approval set decision = 'expired', decided_at = expires_at, payload_sealed = null
     where requester_id = $1 and decision is null and expires_at <= $2`,
    [requester_id, now],
  );
}

export async function countOpen(tx: Tx, requester_id: number, now: Date): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from access.approval where requester_id = $1 and decision is null and expires_at > $2",
    [requester_id, now],
  );
  return row?.count ?? 0;
}

export function waitingApprovals(tx: Tx, now: Date, limit: number): Promise<ApprovalRow[]> {
  return tx.query<ApprovalRow>(
    `${SELECT} where a.decision is null and a.expires_at > $1 order by a.approval_id limit $2`,
    [now, limit],
  );
}

export function approvalsOf(tx: Tx, requester_id: number, before: number | null, limit: number) {
  return tx.query<ApprovalRow>(
    `${SELECT} where a.requester_id = $1 and ($2::bigint is null or a.approval_id < $2) order by a.approval_id desc limit $3`,
    [requester_id, before, limit],
  );
}

/** What is over: decided, done or expired; newest first. */
export function pastApprovals(tx: Tx, now: Date, before: number | null, limit: number): Promise<ApprovalRow[]> {
  return tx.query<ApprovalRow>(
    `${SELECT} where (a.decision is not null or a.expires_at <= $1) and ($2::bigint is null or a.approval_id < $2)
     order by a.approval_id desc limit $3`,
    [now, before, limit],
  );
}

export interface Decided {
  readonly decision: "approved" | "refused" | "withdrawn";
  readonly approver_id: number | null;
  readonly decided_at: Date;
  readonly comment: string | null;
  readonly alone: boolean;
  readonly expires_at: Date;
}

export async function markDecided(tx: Tx, approval_id: number, one: Decided): Promise<void> {
  await tx.query(
    `update access.approval set decision = $2, approver_id = $3, decided_at = $4, comment = $5, alone = $6, expires_at = $7,
       payload_sealed = case when $2 = 'approved' then payload_sealed end where approval_id = $1`,
    [approval_id, one.decision, one.approver_id, one.decided_at, one.comment, one.alone, one.expires_at],
  );
}

/** Marks it as done, in the transaction of what is done; false when it is not to be done (any more). */
export async function markExecuted(tx: Tx, approval_id: number, now: Date, outcome: object): Promise<boolean> {
  const done = await tx.execute(
    `update access.approval set executed_at = $2, outcome = $3, payload_sealed = null
     where approval_id = $1 and decision = 'approved' and executed_at is null and expires_at > $2`,
    [approval_id, now, JSON.stringify(outcome)],
  );
  return done > 0;
}
