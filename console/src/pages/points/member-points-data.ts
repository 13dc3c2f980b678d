import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { RuleName, Worth } from "./points-data.ts";

export interface Lot {
  readonly lot_id: number;
  readonly owner: number;
  readonly points: number;
  readonly pending: number;
  readonly active: number;
  readonly held: number;
  readonly active_from: string | null;
  readonly last_day: string | null;
  readonly reference: string;
  /** How its last day moves on: 'P12M', 'P90D+spend'; null: it stays. */
  readonly slide: string | null;
}

/** A moving of a lot's last day. */
export interface LotMove {
  readonly from_day: string;
  readonly to_day: string;
  readonly activity: string;
  readonly activity_day: string;
  readonly reference: string;
  readonly batch_id: number;
  readonly at: string;
}

export interface LotWhole extends Lot {
  readonly burned: number;
  readonly expired: number;
  readonly returned: number;
  readonly given: number;
  readonly origin_lot_id: number | null;
}

export interface LedgerLine {
  readonly transfer_id: number;
  readonly batch_id: number;
  readonly at: string;
  readonly from_kind: string;
  readonly from_id: number;
  readonly from_lot: number | null;
  readonly to_kind: string;
  readonly to_id: number;
  readonly to_lot: number | null;
  readonly points: number;
  readonly reference: string;
}

export interface MemberPoints {
  readonly pending: number;
  readonly active: number;
  readonly held: number;
  readonly owed: number;
  readonly earned: number;
  readonly burned: number;
  readonly expired: number;
  readonly numbers: readonly number[];
  readonly lots: readonly Lot[];
  readonly expiring_soon: number;
  readonly soon_days: number;
  readonly next_expiry: { readonly last_day: string; readonly points: number } | null;
  readonly worth: Worth | null;
  readonly rules: readonly RuleName[];
}

export interface HistoryLine {
  readonly transfer_id: number;
  readonly at: string;
  readonly reference: string;
  readonly points: number;
  readonly what: string;
  readonly lot_id: number | null;
  /** What somebody wrote who moved them by hand or granted them to many. */
  readonly reason: string | null;
}

export const memberPointsKey = (memberId: string) => ["points", "member", memberId] as const;

export function useMemberPoints(memberId: string) {
  return useQuery({
    queryKey: memberPointsKey(memberId),
    queryFn: ({ signal }) => api.get<MemberPoints>(`/api/members/${memberId}/points`, {}, signal),
    enabled: memberId !== "",
    staleTime: 10_000,
  });
}

export function useMemberHistory(memberId: string, limit: number) {
  return useInfiniteQuery({
    queryKey: [...memberPointsKey(memberId), "history", limit],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly HistoryLine[]; next: number | null }>(
        `/api/members/${memberId}/points/history`,
        { before: pageParam === 0 ? undefined : pageParam, limit },
        signal,
      ),
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
    enabled: memberId !== "",
    staleTime: 10_000,
  });
}

export function useLot(lot: string) {
  return useQuery({
    queryKey: ["points", "lot", lot],
    queryFn: ({ signal }) =>
      api.get<{
        lot: LotWhole;
        lines: readonly LedgerLine[];
        moves: readonly LotMove[];
        batch: { batch_id: number; at: string; hash: string; previous_hash: string } | null;
      }>(`/api/points/lots/${lot}`, {}, signal),
    enabled: lot !== "",
    staleTime: 10_000,
  });
}

export function useTransfers(reference: string) {
  return useQuery({
    queryKey: ["points", "transfers", reference],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly LedgerLine[]; rule: string | null }>("/api/points/transfers", { reference }, signal),
    enabled: reference !== "",
    staleTime: 10_000,
  });
}
