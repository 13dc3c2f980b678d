import type { Tx } from "../store/index.ts";
import type { Level } from "./judge.ts";

const HOUR_MS = 3_600_000;
/** 国家网络安全事件报告管理办法: 较大 or worse goes to the provincial authority within four hours. */
export const AUTHORITY_HOURS = 4;

export interface DueReport {
  readonly incident: { readonly incident_id: number; readonly level: Level };
  readonly step: "report_due" | "report_overdue";
}

/** Reports whose time is nearly or quite over, not handed in. */
export async function dueReports(tx: Tx, now: Date): Promise<DueReport[]> {
  const rows = await tx.query<{ incident_id: number; due_at: Date }>(
    "select incident_id, due_at from trust.report where submitted_at is null and due_at is not null and due_at <= $1",
    [new Date(now.getTime() + HOUR_MS)],
  );
  return rows.map(({ incident_id, due_at }) => ({
    incident: { incident_id, level: "alarm" },
    step: due_at <= now ? "report_overdue" : "report_due",
  }));
}
