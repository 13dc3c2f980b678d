import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { MemberPage } from "../members/member-data.ts";
import type { Region } from "./model/upset.ts";
import type { TreeNode } from "./model/vocabulary.ts";

/** As many as the server compares at once. */
export const OVERLAP_MAX = 6;

/** The segments of the address, in its order, each once. */
export function idsOf(text: string | null): readonly number[] {
  const ids = (text ?? "").split(",").map(Number);
  return [...new Set(ids.filter((id) => Number.isSafeInteger(id) && id > 0))].slice(0, OVERLAP_MAX);
}

export interface ComparedSet {
  readonly name: string;
  readonly segment_id: number | null;
  readonly count: number;
}

export interface OverlapRegion extends Region {
  /** Who is in exactly these sets, as a condition. */
  readonly condition: TreeNode;
}

export interface OverlapPair {
  readonly a: number;
  readonly b: number;
  readonly both: number;
  readonly either: number;
  readonly jaccard_bp: number | null;
}

export interface OverlapAnswer {
  readonly as_of: string;
  readonly total: number;
  readonly sets: readonly ComparedSet[];
  readonly regions: readonly OverlapRegion[];
  readonly pairs: readonly OverlapPair[];
}

/** A kept segment, or a condition under a name. */
export type Group = { readonly segment_id: number } | { readonly name: string; readonly condition: TreeNode };

/** Sizes of all intersections of some groups. */
export function useOverlap(groups: readonly Group[]) {
  return useQuery({
    queryKey: ["segments", "overlap", groups],
    enabled: groups.length > 0,
    queryFn: ({ signal }) => api.post<OverlapAnswer>("/api/segments/overlap", { groups }, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  });
}

const PAGE_ROWS = 50;

/** Members of any condition, page by page. */
export function useConditionMembers(condition: TreeNode) {
  return useInfiniteQuery({
    queryKey: ["segments", "members", condition],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      api.post<MemberPage>(
        "/api/segments/members",
        { condition, limit: PAGE_ROWS, ...(pageParam === "" ? {} : { cursor: pageParam }) },
        signal,
      ),
    getNextPageParam: (last) => last.next_cursor,
    staleTime: 30_000,
    retry: false,
  });
}
