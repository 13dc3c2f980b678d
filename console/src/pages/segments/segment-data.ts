import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { api } from "../../api/client.ts";
import { pick } from "../../texts/texts.ts";
import type { MemberRow } from "../members/member-data.ts";
import { prepared, type TreeNode, type Vocabulary } from "./model/vocabulary.ts";

export type SegmentState = "filling" | "live" | "stuck" | "failed";

export interface Segment {
  readonly segment_id: number;
  readonly name: string;
  readonly condition: TreeNode;
  readonly count: number | null;
  /** filling: the membership is being made; live: it follows every record; stuck or failed: it does not. */
  readonly state: SegmentState;
  /** Every change up to this instant is in the membership. */
  readonly as_of?: string | null;
  readonly failure?: unknown;
  readonly computed_at?: string | null;
  readonly updated_at?: string | null;
  readonly updated_by_name?: string | null;
  readonly sentence_zh?: string | null;
  readonly sentence_en?: string | null;
}

/** Why a segment could not be filled, in the reader's language. */
export function failureText(segment: Segment): string {
  const { detail_zh, detail } = (segment.failure ?? {}) as { detail_zh?: string; detail?: string };
  return pick(detail_zh ?? detail ?? "", detail ?? detail_zh ?? "");
}

export interface CountStep {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
  readonly remaining: number;
}

export interface CountAnswer {
  readonly count: number;
  readonly total: number;
  readonly elapsed_ms: number;
  readonly as_of: string;
  readonly engine: string;
  readonly steps: readonly CountStep[];
}

async function fetchVocabulary(signal: AbortSignal): Promise<Vocabulary> {
  return prepared(await api.get<Vocabulary>("/api/segments/vocabulary", {}, signal));
}

export function useVocabulary() {
  return useQuery({
    queryKey: ["segments", "vocabulary"],
    queryFn: ({ signal }) => fetchVocabulary(signal),
    staleTime: 5 * 60_000,
  });
}

export function useSegments() {
  return useQuery({
    queryKey: ["segments", "list"],
    queryFn: ({ signal }) => api.get<{ items: readonly Segment[] }>("/api/segments", {}, signal),
  });
}

export function useSegment(segmentId: string | null) {
  return useQuery({
    queryKey: ["segment", segmentId],
    enabled: segmentId !== null,
    queryFn: ({ signal }) => api.get<Segment>(`/api/segments/${encodeURIComponent(segmentId ?? "")}`, {}, signal),
  });
}

/** Counts a condition (as JSON text); a newer condition cancels the request of an older one. */
export function useCount(condition: string) {
  return useQuery({
    queryKey: ["segments", "count", condition],
    enabled: condition !== "",
    queryFn: ({ signal }) => api.post<CountAnswer>("/api/segments/count", { condition: JSON.parse(condition) }, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
}

export const SAMPLE_ROWS = 8;

export function useSample(condition: string) {
  return useQuery({
    queryKey: ["segments", "sample", condition],
    enabled: condition !== "",
    queryFn: ({ signal }) =>
      api.post<{ items: readonly MemberRow[] }>(
        "/api/segments/sample",
        { condition: JSON.parse(condition), limit: SAMPLE_ROWS },
        signal,
      ),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
}

interface Preparation {
  /** The copy of all tags that is being made, in members; null when none is. */
  readonly copy: { readonly done: number; readonly total: number } | null;
}

const PREPARATION_MS = 1_000;

/**
 * How far the copy is that counts and portraits of many members are quick with, while somebody waits for one. When it is
 * there, what could not be answered meanwhile is asked again.
 */
export function usePreparation(waits: boolean): Preparation["copy"] {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ["segments", "preparation"],
    queryFn: ({ signal }) => api.get<Preparation>("/api/segments/preparation", {}, signal),
    enabled: waits,
    refetchInterval: PREPARATION_MS,
    gcTime: 0,
  });
  const copy = waits ? (data?.copy ?? null) : null;
  const preparing = useRef(false);
  useEffect(() => {
    if (preparing.current && copy === null && data !== undefined)
      for (const kind of ["count", "sample", "portrait"])
        void client.invalidateQueries({
          queryKey: ["segments", kind],
          predicate: ({ state }) => state.status === "error",
        });
    preparing.current = copy !== null;
  }, [copy, data, client]);
  return copy;
}
