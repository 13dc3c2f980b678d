import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { currentLanguage } from "../../texts/texts.ts";

export interface ExportColumn {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly group: "identity" | "profile" | "layers" | "tags";
  readonly masked: boolean;
  /** In clear. */
  readonly personal: boolean;
}

export interface ExportOffer {
  readonly columns: readonly ExportColumn[];
  readonly withheld: readonly { key: string; zh: string; en: string }[];
  /** Columns in clear are put to a colleague first. */
  readonly asks_approval: boolean;
  readonly rows_max: number;
  readonly sheet_rows_max: number;
  readonly columns_max: number;
  readonly kept_days: number;
  readonly reason_min: number;
  readonly reason_max: number;
}

export type ExportState = "waiting" | "running" | "done" | "failed" | "cancelled" | "expired";

export interface ExportRow {
  readonly export_id: number;
  readonly snapshot_id: number | null;
  readonly name: string;
  readonly format: "csv" | "xlsx";
  readonly columns: readonly string[];
  readonly reason: string;
  readonly state: ExportState;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly sha256: string | null;
  readonly failure: { detail?: string; detail_zh?: string } | null;
  readonly job_id: string | null;
  readonly created_by_name: string | null;
  readonly created_at: string;
  readonly expires_at: string | null;
}

export interface ExportDraft {
  /** Of this snapshot; null: of the segment as it is when the file is made. */
  readonly snapshot_id: number | null;
  readonly columns: readonly string[];
  readonly format: "csv" | "xlsx";
  readonly reason: string;
}

export function useExportOffer(enabled: boolean) {
  return useQuery({
    queryKey: ["segments", "export-columns"],
    enabled,
    queryFn: ({ signal }) => api.get<ExportOffer>("/api/segments/export-columns", {}, signal),
    staleTime: 5 * 60_000,
  });
}

const listKey = (segmentId: number) => ["segments", "exports", segmentId] as const;

export function useExports(segmentId: number, enabled: boolean) {
  return useQuery({
    queryKey: listKey(segmentId),
    enabled,
    queryFn: ({ signal }) =>
      api.get<{ items: readonly ExportRow[] }>("/api/segments/exports", { segment_id: segmentId }, signal),
  });
}

interface SnapshotName {
  readonly snapshot_id: number;
  readonly name: string;
  readonly segment_id: number | null;
  readonly members: number;
}

/** The snapshots that were taken of this segment. */
export function useSnapshotsOf(segmentId: number, enabled: boolean): readonly SnapshotName[] {
  const query = useQuery({
    queryKey: ["segments", "snapshots"],
    enabled,
    queryFn: ({ signal }) => api.get<{ items: readonly SnapshotName[] }>("/api/segments/snapshots", {}, signal),
  });
  return (query.data?.items ?? []).filter((snapshot) => snapshot.segment_id === segmentId);
}

export function useAskExport(segmentId: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ snapshot_id, ...wish }: ExportDraft) =>
      api.post<ExportRow>("/api/segments/exports", {
        ...wish,
        ...(snapshot_id === null ? { segment_id: segmentId } : { snapshot_id }),
        language: currentLanguage(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: listKey(segmentId) }),
  });
}

/** Stops an export, or destroys the file of one that is done. */
export function useEndExport(segmentId: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (export_id: number) => api.post<ExportRow>(`/api/segments/exports/${export_id}/cancel`, {}),
    onSuccess: () => client.invalidateQueries({ queryKey: listKey(segmentId) }),
  });
}
