import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { api } from "../../api/client.ts";
import type { Tone } from "../../parts/chips.tsx";
import type { Job } from "../../parts/job-progress.tsx";
import { isOver } from "../../parts/job-progress.tsx";
import { pick } from "../../texts/texts.ts";
import { worldNow } from "../../texts/world-time.ts";

export interface PullSource {
  readonly column?: string;
  readonly value?: string;
  readonly format?: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** What a person says of a pull; the password goes in only. */
export interface PullInput {
  readonly name: string;
  readonly dialect: "postgresql" | "mysql";
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly table: string;
  readonly cursor_column: string;
  readonly key_column: string;
  readonly record_kind: string;
  readonly mapping: Readonly<Record<string, PullSource>>;
  readonly every_seconds: number;
}

interface LastResult {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly uncursored: number;
  readonly complete: boolean;
}

export interface Pull extends PullInput {
  readonly pull_id: number;
  readonly source_id: number;
  readonly started: boolean;
  /** Up to where the table was read; null where that would show personal data. */
  readonly cursor: string | null;
  readonly last_run_at: string | null;
  readonly last_result: LastResult | null;
  readonly last_error: { readonly detail?: string; readonly detail_zh?: string } | null;
  readonly job_id: string | null;
}

export const PULLS_KEY = ["pulls"] as const;

export function usePulls() {
  return useQuery({
    queryKey: PULLS_KEY,
    queryFn: ({ signal }) => api.get<{ items: readonly Pull[] }>("/api/pulls", {}, signal),
    refetchInterval: 30_000,
  });
}

/** Reads the list anew. */
export function useRefreshPulls(): () => void {
  const client = useQueryClient();
  return useCallback(() => void client.invalidateQueries({ queryKey: PULLS_KEY }), [client]);
}

export type PullState = "running" | "failed" | "never" | "behind" | "good";

export const PULL_TONES: Readonly<Record<PullState, Tone>> = {
  running: "info",
  failed: "bad",
  never: "neutral",
  behind: "warn",
  good: "good",
};

export function stateOf(pull: Pull, job: Job | undefined): PullState {
  if (job !== undefined && !isOver(job.state)) return "running";
  if (pull.last_error !== null) return "failed";
  if (pull.last_run_at === null) return "never";
  return pull.last_result?.complete === false ? "behind" : "good";
}

export function pullError(pull: Pull): string {
  return pull.last_error === null ? "" : pick(pull.last_error.detail_zh, pull.last_error.detail);
}

/** When a pull is due again; undefined before its first run and where that time has passed. */
export function nextRun(pull: Pull): Date | undefined {
  if (pull.last_run_at === null) return undefined;
  const at = new Date(Date.parse(pull.last_run_at) + pull.every_seconds * 1000);
  return at.getTime() > worldNow() ? at : undefined;
}
