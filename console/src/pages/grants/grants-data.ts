import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { Exception } from "../opening/opening-data.ts";

export interface Bulk {
  readonly bulk_id: number;
  readonly name: string;
  readonly budget: string | null;
  readonly segment_id: number | null;
  readonly reason: string;
  readonly members: number;
  readonly points: number;
  readonly state: "draft" | "running" | "done" | "undoing" | "undone" | "cancelled";
  readonly undo: "leave" | "debt" | null;
  readonly job_id: string | null;
  readonly made_at: string;
  readonly waiting: number;
  readonly given: number;
  readonly refused: number;
  readonly undone: number;
  readonly taken: number;
  readonly spent: number;
}

export const GRANTS = ["points", "grants"] as const;

interface SegmentRow {
  readonly segment_id: number;
  readonly name: string;
  readonly count: number | null;
}

export interface Wish {
  readonly audience: { readonly segment_id: number } | { readonly member_ids: readonly number[] };
  readonly points: number;
  readonly budget?: string;
}

interface Preview {
  readonly members: number;
  readonly outside: number;
  readonly points: number;
  readonly budget_left: number | null;
  readonly fits: boolean;
}

export function useGrants() {
  return useQuery({
    queryKey: GRANTS,
    queryFn: ({ signal }) => api.get<{ items: readonly Bulk[] }>("/api/points/grants", {}, signal),
  });
}

export function useGrant(bulkId: string) {
  return useQuery({
    queryKey: [...GRANTS, bulkId],
    queryFn: ({ signal }) =>
      api.get<{ bulk: Bulk; exceptions: readonly Exception[] }>(`/api/points/grants/${bulkId}`, {}, signal),
    enabled: bulkId !== "",
  });
}

export function useSegments() {
  return useQuery({
    queryKey: ["grants", "segments"],
    queryFn: ({ signal }) => api.get<{ items: readonly SegmentRow[] }>("/api/segments", {}, signal),
  });
}

/** What a grant would come to, asked for as soon as it is clear what is meant. */
export function usePreview(wish: Wish | undefined) {
  return useQuery({
    queryKey: ["grants", "preview", JSON.stringify(wish)],
    queryFn: ({ signal }) => api.post<Preview>("/api/points/grants/preview", wish, signal),
    enabled: wish !== undefined,
    retry: false,
  });
}
