import { createHash } from "node:crypto";
import type { Level } from "../../platform/http.ts";

/** A colleague has so long to decide. */
export const WAITING_DAYS = 7;
/** What was approved is done within so long, or asked for again. */
export const APPROVED_HOURS = 24;
/** Requests of one person that wait at the same time. */
export const OPEN_MAX = 50;
export const REASON_LENGTH_MIN = 2;
export const REASON_LENGTH_MAX = 1_000;

/** waiting → approved → done; or refused, withdrawn, and expired when its time is over. */
export type ApprovalState = "waiting" | "approved" | "done" | "refused" | "withdrawn" | "expired";

export interface ApprovalRow {
  readonly approval_id: number;
  readonly permission: string;
  readonly level: Level;
  readonly route: string;
  readonly payload_hash: Buffer;
  readonly payload_sealed: Buffer | null;
  readonly words_zh: string;
  readonly words_en: string;
  /** Stores whose rows it is about; null: all. */
  readonly stores: string[] | null;
  readonly requester_id: number;
  readonly requester: string;
  readonly reason: string;
  readonly asked_at: Date;
  readonly expires_at: Date;
  readonly decision: "approved" | "refused" | "withdrawn" | "expired" | null;
  readonly approver_id: number | null;
  readonly approver: string | null;
  readonly decided_at: Date | null;
  readonly comment: string | null;
  readonly alone: boolean;
  readonly executed_at: Date | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
}

export function stateOf(row: ApprovalRow, now: Date): ApprovalState {
  if (row.executed_at !== null) return "done";
  if (row.decision !== null && row.decision !== "approved") return row.decision;
  if (row.expires_at <= now) return "expired";
  return row.decision ?? "waiting";
}

/** A request as it will be made again when it is approved. */
export interface Payload {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

/** One text for one content, whatever the order of its keys. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((part) => canonical(part)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`);
  return `{${parts.join(",")}}`;
}

/** @param about what the request only names (the condition of a segment) and whose rows it reaches */
export function hashOf(payload: Payload, about: unknown): Buffer {
  return createHash("sha256").update(canonical({ payload, about })).digest();
}
