import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { MemberRow } from "../members/member-data.ts";
import type { MovementDay } from "./model/movement-picture.ts";

export interface Movement {
  readonly movement_id: number;
  readonly direction: "entered" | "left";
  readonly cause: "member" | "filled";
  readonly at: string;
  /** Null when there is no such member any more. */
  readonly member: MemberRow | null;
}

interface MovementPage {
  readonly items: readonly Movement[];
  readonly next_cursor: string | null;
}

const PAGE_ROWS = 50;

export function useMovementDays(segment_id: number, days: number) {
  return useQuery({
    queryKey: ["segment", String(segment_id), "movement-days", days],
    queryFn: ({ signal }) =>
      api.get<{ kept_days: number; items: readonly MovementDay[] }>(
        `/api/segments/${segment_id}/movement-days`,
        { days },
        signal,
      ),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}

export function useMovements(segment_id: number, filter: { day: string | null; direction: string | null }) {
  return useInfiniteQuery({
    queryKey: ["segment", String(segment_id), "movements", filter],
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      api.get<MovementPage>(
        `/api/segments/${segment_id}/movements`,
        { ...filter, cursor: pageParam, limit: PAGE_ROWS },
        signal,
      ),
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 10_000,
  });
}
