import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export type RejectState = "open" | "replayed" | "dismissed" | "expired";

export interface Reject {
  readonly reject_id: number;
  readonly source_id: number;
  readonly received_at: string;
  readonly place: string;
  readonly code: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly kind: string | null;
  readonly state: RejectState;
  readonly preview: string | null;
}

export interface RejectGroup {
  readonly source_id: number;
  readonly code: string;
  readonly count: number;
  readonly newest_at?: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
}

/** What the address bar says about which rejects are shown. */
export interface RejectFilter {
  readonly source_id: string | null;
  readonly code: string | null;
  readonly state: RejectState;
}

export function useRejects(filter: RejectFilter) {
  return useInfiniteQuery({
    queryKey: ["rejects", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly Reject[]; next_cursor: number | null }>(
        "/api/rejects",
        { ...filter, cursor: pageParam },
        signal,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useRejectSummary() {
  return useQuery({
    queryKey: ["rejects", "summary"],
    queryFn: ({ signal }) => api.get<{ items: readonly RejectGroup[] }>("/api/rejects/summary", {}, signal),
  });
}
