import type { Tx } from "../store/index.ts";
import { HAS_COME } from "./access-store.ts";
import type { MatrixContent } from "./matrix.ts";

export type VersionState = "draft" | "submitted" | "active" | "superseded" | "rejected";

export interface VersionRow {
  readonly version: number;
  readonly state: VersionState;
  readonly based_on: number;
  readonly author_id: number;
  readonly author: string;
  /** Everybody who put a cell into it, the author included. */
  readonly editors: readonly number[];
  readonly reason: string;
  readonly made_at: Date;
  readonly submitted_at: Date | null;
  readonly hash: string | null;
  readonly approver_id: number | null;
  readonly approver: string | null;
  readonly decided_at: Date | null;
  readonly decision_reason: string | null;
  readonly superseded_at: Date | null;
  readonly alone: boolean;
}

const SELECT = `select v.version, v.state, v.based_on, v.author_id, a.name as author, v.editors::int[] as editors, v.reason, v.made_at, v.submitted_at, v.hash,
    v.approver_id, b.name as approver, v.decided_at, v.decision_reason, v.superseded_at, v.alone
  from access.matrix_version v join access.person a on a.person_id = v.author_id left join access.person b on b.person_id = v.approver_id`;

export async function contentOf(tx: Tx, version: number): Promise<MatrixContent> {
  return {
    cells: await tx.query("select role, permission, level, outcome from access.matrix_cell where version = $1", [
      version,
    ]),
    scopes: await tx.query("select role, domain, scope from access.matrix_scope where version = $1", [version]),
  };
}

export function versionAt(tx: Tx, version: number): Promise<VersionRow | undefined> {
  return tx.one(`${SELECT} where v.version = $1`, [version]);
}

/** The draft or submitted version: there is one at most. */
export function openVersion(tx: Tx): Promise<VersionRow | undefined> {
  return tx.one(`${SELECT} where v.state in ('draft', 'submitted')`);
}

export function listVersions(tx: Tx, before: number | null, limit: number): Promise<VersionRow[]> {
  return tx.query(`${SELECT} where $1::int is null or v.version < $1 order by v.version desc limit $2`, [
    before,
    limit,
  ]);
}

/** One change of the matrix after the other; those who come second wait here. */
export async function lockMatrix(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(480830)");
}

export async function insertVersion(
  tx: Tx,
  draft: { based_on: number; author_id: number; reason: string; now: Date },
): Promise<number> {
  const row = await tx.one<{ version: number }>(
    `insert into access.matrix_version (state, based_on, author_id, editors, reason, made_at)
     values ('draft', $1, $2, array[$2::bigint], $3, $4)
     returning version`,
    [draft.based_on, draft.author_id, draft.reason, draft.now],
  );
  if (row === undefined) throw new Error("a version was not kept");
  return row.version;
}

export async function insertContent(tx: Tx, version: number, { cells, scopes }: MatrixContent): Promise<void> {
  await tx.query(
    `insert into access.matrix_cell (version, role, permission, level, outcome)
     select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[])
     on conflict (version, role, permission, level) do update set outcome = excluded.outcome`,
    [
      version,
      cells.map((cell) => cell.role),
      cells.map((cell) => cell.permission),
      cells.map((cell) => cell.level),
      cells.map((cell) => cell.outcome),
    ],
  );
  await tx.query(
    `insert into access.matrix_scope (version, role, domain, scope)
     select $1, * from unnest($2::text[], $3::text[], $4::text[])
     on conflict (version, role, domain) do update set scope = excluded.scope`,
    [
      version,
      scopes.map((scope) => scope.role),
      scopes.map((scope) => scope.domain),
      scopes.map((scope) => scope.scope),
    ],
  );
}

/** Notes who changed the draft, and why where they say so. */
export async function noteEditor(tx: Tx, version: number, person_id: number, reason: string | null): Promise<void> {
  await tx.query(
    `update access.matrix_version set reason = coalesce($3, reason),
       editors = case when $2 = any (editors) then editors else editors || $2::bigint end where version = $1 and state = 'draft'`,
    [version, person_id, reason],
  );
}

export async function deleteDraft(tx: Tx, version: number): Promise<void> {
  await tx.query("delete from access.matrix_version where version = $1 and state = 'draft'", [version]);
}

export async function markSubmitted(tx: Tx, version: number, hash: string, now: Date): Promise<void> {
  await tx.query(
    "update access.matrix_version set state = 'submitted', submitted_at = $2, hash = $3 where version = $1",
    [version, now, hash],
  );
}

export interface Decision {
  readonly approver_id: number;
  readonly now: Date;
  readonly reason: string;
}

export async function markRejected(tx: Tx, version: number, by: Decision): Promise<void> {
  await tx.query(
    "update access.matrix_version set state = 'rejected', approver_id = $2, decided_at = $3, decision_reason = $4 where version = $1",
    [version, by.approver_id, by.now, by.reason],
  );
}

/** Puts a version into force and the one before out of it, in one step. */
export async function markActive(tx: Tx, version: number, by: Decision, alone: boolean): Promise<void> {
  await tx.query("update access.matrix_version set state = 'superseded', superseded_at = $1 where state = 'active'", [
    by.now,
  ]);
  await tx.query(
    `update access.matrix_version set state = 'active', approver_id = $2, decided_at = $3, decision_reason = $4, alone = $5
     where version = $1`,
    [version, by.approver_id, by.now, by.reason, alone],
  );
}

/** People who can sign in now, by role. */
export function activePeople(tx: Tx): Promise<{ person_id: number; role: string }[]> {
  return tx.query(
    `select person_id, role from access.person p where disabled_at is null and ${HAS_COME} order by person_id`,
  );
}
