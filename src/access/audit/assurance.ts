import type { Ground } from "../../ground.ts";
import { mayOn, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { receiverState, type ReceiverState } from "./sender.ts";
import { verifyAndKeep } from "./verification.ts";

/** Facts about the audit log, for whoever assesses the installation. */
export interface AuditFacts {
  readonly rows: number;
  readonly oldest_at: Date | null;
  readonly newest_at: Date | null;
  /** Columns that every row must have and the table does not ask for. */
  readonly nullable: readonly string[];
  readonly triggers: number;
  readonly may_change: boolean;
  readonly retention_days: number;
  readonly receiver: ReceiverState["state"];
  readonly unwritten: number;
}

const REQUIRED = ["sequence", "at", "phase", "actor", "action", "method", "path", "subject", "request_id", "hash"];

export async function auditFacts(tx: Tx, ground: Ground): Promise<AuditFacts> {
  const row = await tx.one<
    Pick<AuditFacts, "rows" | "oldest_at" | "newest_at" | "nullable" | "triggers" | "unwritten">
  >(
    `select (select count(*)::int from access.audit) as rows, (select min(at) from access.audit) as oldest_at,
       (select max(at) from access.audit) as newest_at,
       array(select c.name from unnest($1::text[]) c (name) where not exists (select 1 from pg_attribute a
         where a.attrelid = 'access.audit'::regclass and a.attname = c.name and a.attnotnull)) as nullable,
       (select count(*)::int from pg_trigger where tgrelid in ('access.audit'::regclass, 'access.audit_checkpoint'::regclass)
         and not tgisinternal and tgenabled in ('O', 'A')) as triggers,
       (select count(*)::int from access.audit b where b.phase = 'begun' and b.at < $2 and b.request_id <> '' and not exists (
         select 1 from access.audit d where d.request_id = b.request_id and d.phase = 'done')) as unwritten`,
    [REQUIRED, new Date(ground.wall.now().getTime() - 3_600_000)],
  );
  if (row === undefined) throw new Error("no facts about the audit log");
  const may_change =
    (await mayOn(tx, "access.audit", "update")) ||
    (await mayOn(tx, "access.audit", "delete")) ||
    (await mayOn(tx, "access.audit", "truncate"));
  const { state } = await receiverState(ground);
  return { ...row, may_change, retention_days: ground.config.audit_days, receiver: state };
}

/** Walks the whole chain now. */
export async function auditVerified(ground: Ground): Promise<{ ok: boolean; rows: number; against: string }> {
  const { result, against } = await verifyAndKeep(ground);
  return { ok: result.ok, rows: result.rows, against };
}

/** Whether the newest row holds time, who, what and, once it is over, the outcome. */
export async function auditRowHolds(ground: Ground): Promise<boolean> {
  const found = await ground.store.read(SYSTEM_SCOPE, (tx) =>
    tx.one<{ whole: boolean }>(
      `select at is not null and actor <> '' and action <> '' and (phase = 'begun') = (succeeded is null) as whole
       from access.audit order by sequence desc limit 1`,
    ),
  );
  return found?.whole ?? false;
}
