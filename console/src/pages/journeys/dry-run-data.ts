import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { KEY, type RunRow, type Words } from "./journeys-data.ts";

interface NodeEffects {
  readonly sent: number;
  readonly held: number;
  readonly waiting: number;
  readonly given: number;
  readonly refused: number;
}

/** What would have happened, had the draft been in force on past days. */
export interface DryRun {
  readonly dry_run_id: number;
  readonly version: number;
  readonly stale: boolean;
  readonly from: string;
  readonly until: string;
  readonly days: number;
  readonly member_id: number | null;
  readonly segment_id: number | null;
  readonly made_at: string;
  readonly entered: number;
  readonly held_out: number;
  readonly under_way: number;
  readonly finished: number;
  readonly goal: number;
  readonly held_out_goal: number;
  readonly sent: number;
  readonly held: number;
  readonly waiting_messages: number;
  readonly reasons: readonly (Words & { readonly reason: string; readonly messages: number })[];
  readonly cost_minor: number;
  readonly points: number;
  readonly points_minor: number;
  readonly refusals: readonly (Words & { readonly code: string; readonly times: number })[];
  readonly waiting: Readonly<Record<string, number>>;
  readonly passed: Readonly<Record<string, readonly number[]>>;
  readonly effects: Readonly<Record<string, NodeEffects>>;
  readonly notes: readonly (Words & { readonly code: string })[];
}

export interface DryRunState {
  readonly running: string | null;
  readonly result: DryRun | null;
}

const dryKey = (journey: string) => [...KEY, "dry-run", journey];

/** The newest dry run of a journey, and the job that runs. */
export function useDryRun(journey: string, dry_run_id?: number) {
  return useQuery({
    queryKey: [...dryKey(journey), dry_run_id],
    queryFn: ({ signal }) =>
      api.get<DryRunState>(`/api/journeys/${journey}/dry-run`, dry_run_id === undefined ? {} : { dry_run_id }, signal),
  });
}

export interface DryRunAsked {
  readonly days: number;
  readonly member_id?: number;
  readonly segment_id?: number;
}

export function useStartDryRun(journey: string, onBegun: (job_id: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: DryRunAsked) => api.post<{ job_id: string }>(`/api/journeys/${journey}/dry-run`, asked),
    onSuccess: ({ job_id }) => {
      onBegun(job_id);
      return client.invalidateQueries({ queryKey: dryKey(journey) });
    },
  });
}

/** Which members a number of a dry run stands for. */
export interface DryPlace {
  readonly node?: string;
  readonly way?: number;
  readonly state?: string;
  readonly reason?: string;
}

export interface DryMember extends Omit<RunRow, "run_id"> {
  readonly goal_at: string | null;
  readonly path: number;
}

interface DryStep extends Words {
  readonly at: string;
  readonly node: string;
  readonly way_zh: string;
  readonly way_en: string;
  readonly effect: {
    readonly kind: string;
    readonly state: string;
    readonly at: string;
    readonly reason_zh: string | null;
    readonly reason_en: string | null;
    readonly cost_minor: number;
    readonly points: number;
  } | null;
}

export function useDryMembers(journey: string, dry_run_id: number, place: DryPlace) {
  return useQuery({
    queryKey: [...dryKey(journey), dry_run_id, "members", place],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly DryMember[]; after: number | null }>(
        `/api/journeys/${journey}/dry-run/${dry_run_id}/members`,
        { ...place },
        signal,
      ),
  });
}

export function useDryPath(journey: string, dry_run_id: number, path: number) {
  return useQuery({
    queryKey: [...dryKey(journey), dry_run_id, "path", path],
    queryFn: ({ signal }) =>
      api.get<DryMember & { readonly steps: readonly DryStep[] }>(
        `/api/journeys/${journey}/dry-run/${dry_run_id}/members/${path}`,
        {},
        signal,
      ),
  });
}
