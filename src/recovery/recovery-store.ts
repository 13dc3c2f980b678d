import type { Tx } from "../store/index.ts";

export interface BackupRow {
  readonly backup_id: string;
  readonly snapshot_at: Date;
  readonly finished_at: Date;
  readonly place: string;
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
}

/** One thing that a restore was looked at for. */
export interface RestoreCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly zh: string;
  readonly en: string;
}

export interface DrillRow {
  readonly drill_id: string;
  readonly backup_id: string;
  /** A restore that was thrown away after looking, or one that stays. */
  readonly kind: "check" | "restore";
  readonly at: Date;
  readonly duration_ms: number;
  readonly ok: boolean;
  readonly checks: readonly RestoreCheck[];
}

export async function noteBackup(tx: Tx, row: BackupRow): Promise<void> {
  await tx.query(
    `insert into recovery.backup (backup_id, snapshot_at, finished_at, place, tables, rows, files, bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.backup_id, row.snapshot_at, row.finished_at, row.place, row.tables, row.rows, row.files, row.bytes],
  );
}

export async function noteDrill(tx: Tx, row: DrillRow): Promise<void> {
  await tx.query(
    `insert into recovery.drill (drill_id, backup_id, kind, at, duration_ms, ok, checks) values ($1, $2, $3, $4, $5, $6, $7)`,
    [row.drill_id, row.backup_id, row.kind, row.at, row.duration_ms, row.ok, JSON.stringify(row.checks)],
  );
}

const LISTED = 20;

export function recentBackups(tx: Tx): Promise<BackupRow[]> {
  return tx.query<BackupRow>(`select * from recovery.backup order by snapshot_at desc limit ${LISTED}`);
}

export function recentDrills(tx: Tx): Promise<DrillRow[]> {
  return tx.query<DrillRow>(`select * from recovery.drill order by at desc limit ${LISTED}`);
}

export function newestBackup(tx: Tx): Promise<BackupRow | undefined> {
  return tx.one<BackupRow>("select * from recovery.backup order by snapshot_at desc limit 1");
}

export function newestDrill(tx: Tx): Promise<DrillRow | undefined> {
  return tx.one<DrillRow>("select * from recovery.drill order by at desc limit 1");
}
