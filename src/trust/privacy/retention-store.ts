import type { Tx } from "../../store/index.ts";

export interface RetentionPolicy {
  readonly field_class: string;
  readonly days: number;
  readonly reason: string;
  readonly changed_at: Date;
}

export async function retentionPolicies(tx: Tx): Promise<RetentionPolicy[]> {
  return tx.query<RetentionPolicy>("select field_class, days, reason, changed_at from trust.retention_policy");
}

export async function savePolicy(
  tx: Tx,
  policy: Pick<RetentionPolicy, "field_class" | "days" | "reason">,
  by: { readonly person_id: number | null; readonly now: Date },
): Promise<void> {
  await tx.query(
    `insert into trust.retention_policy (field_class, days, reason, changed_by, changed_at) values ($1, $2, $3, $4, $5)
     on conflict (field_class) do update set days = excluded.days, reason = excluded.reason, changed_by = excluded.changed_by,
       changed_at = excluded.changed_at`,
    [policy.field_class, policy.days, policy.reason, by.person_id, by.now],
  );
}

/** What one run found or took away, by class. */
export interface RetentionLine {
  readonly field_class: string;
  readonly days: number | null;
  readonly before: string | null;
  readonly count: number;
}

export interface RetentionRun {
  readonly run_id: number;
  readonly is_dry: boolean;
  readonly person_id: number | null;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly report: readonly RetentionLine[] | null;
}

export async function beginRun(
  tx: Tx,
  run: Pick<RetentionRun, "is_dry" | "person_id" | "started_at">,
): Promise<number> {
  const row = await tx.one<{ run_id: number }>(
    "insert into trust.retention_run (is_dry, person_id, started_at) values ($1, $2, $3) returning run_id",
    [run.is_dry, run.person_id, run.started_at],
  );
  return row?.run_id ?? 0;
}

export async function finishRun(tx: Tx, run_id: number, report: readonly RetentionLine[], now: Date): Promise<void> {
  await tx.query("update trust.retention_run set finished_at = $2, report = $3 where run_id = $1", [
    run_id,
    now,
    JSON.stringify(report),
  ]);
}

export async function listRuns(tx: Tx, limit: number): Promise<RetentionRun[]> {
  return tx.query<RetentionRun>(
    "select run_id, is_dry, person_id, started_at, finished_at, report from trust.retention_run order by run_id desc limit $1",
    [limit],
  );
}

/** Rows of this domain whose time is over. */
const OWN = {
  attempt: { table: "trust.identity_attempt", at: "at" },
  subject_token: { table: "trust.subject_token", at: "expires_at" },
} as const;
export type OwnRows = keyof typeof OWN;

export async function countOwn(tx: Tx, rows: OwnRows, before: Date): Promise<number> {
  const { table, at } = OWN[rows];
  const row = await tx.one<{ count: number }>(`select count(*) as count from ${table} where ${at} < $1`, [before]);
  return row?.count ?? 0;
}

export async function forgetOwn(tx: Tx, rows: OwnRows, before: Date): Promise<number> {
  const { table, at } = OWN[rows];
  return tx.execute(`delete from ${table} where ${at} < $1`, [before]);
}

interface Due {
  readonly copies: number;
  readonly retained: number;
  readonly corrections: number;
}

/** Copies that nobody fetched in time, and what law wants no longer. */
export async function countDue(tx: Tx, today: string, now: Date): Promise<Due> {
  const row = await tx.one<Due>(
    `select (select count(*) from trust.member_copy where dropped_at is null and expires_at <= $2) as copies,
       (select count(*) from trust.retained where deleted_at is null and delete_on <= $1) as retained,
       (select count(*) from trust.correction where before_sealed is not null and keep_until <= $1) as corrections`,
    [today, now],
  );
  return row ?? { copies: 0, retained: 0, corrections: 0 };
}
