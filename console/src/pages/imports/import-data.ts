import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { sayError } from "../../parts/toast.tsx";
import { pick, useTexts } from "../../texts/texts.ts";

export type ImportState = "uploaded" | "mapped" | "checked" | "running" | "done" | "failed" | "cancelled" | "undone";

/** Where a field takes its value from: a column (from 0), or the same value for every row. */
export interface FieldSource {
  readonly column?: number;
  readonly value?: string;
  readonly format?: string;
  readonly values?: Readonly<Record<string, string>>;
}

export type Mapping = Readonly<Record<string, FieldSource>>;

export interface FileColumn {
  readonly index: number;
  readonly name: string;
  /** Masked values of the first rows. */
  readonly samples: readonly string[];
  readonly guess: { readonly field: string; readonly confidence: number } | null;
}

export interface CodeCount {
  readonly code: string;
  readonly count: number;
  readonly sentence_zh: string;
  readonly sentence_en: string;
}

export interface ImportReport {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  readonly members_new?: number;
  readonly people?: number;
  readonly orders_new?: number;
  readonly lines?: number;
  readonly returns?: number;
  readonly by_code: readonly CodeCount[];
  readonly notes?: readonly CodeCount[];
  readonly complete?: boolean;
  readonly error_rows_left_out?: number;
}

export interface ImportView {
  readonly import_id: number;
  readonly source_id?: number | null;
  readonly file_name: string;
  readonly bytes: number;
  readonly format: "csv" | "xlsx" | "parquet";
  readonly encoding: string | null;
  readonly gzip: boolean;
  readonly delimiter?: string | null;
  readonly header?: boolean;
  readonly sheet: string | null;
  readonly sheets: readonly string[];
  readonly rows: number | null;
  readonly columns: readonly FileColumn[];
  readonly record_kind: string | null;
  readonly mapping: Mapping | null;
  readonly options: Readonly<Record<string, unknown>>;
  readonly state: ImportState;
  readonly report: ImportReport | null;
  readonly check_report?: ImportReport | null;
  readonly job_id: string | number | null;
  readonly failure?: Failure | null;
  readonly error?: Failure | null;
  readonly created_at: string;
  readonly expired?: boolean;
}

interface Failure {
  readonly code?: string;
  readonly detail?: string;
  readonly detail_zh?: string;
}

export function failureSentence(view: ImportView): string {
  const failure = view.failure ?? view.error;
  return failure ? pick(failure.detail_zh, failure.detail) : "";
}

const IMPORTS_KEY = ["imports"] as const;

export function useImports() {
  return useQuery({
    queryKey: IMPORTS_KEY,
    queryFn: ({ signal }) => api.get<{ items: readonly ImportView[] }>("/api/imports", {}, signal),
    refetchInterval: (query) => (query.state.data?.items.some((one) => one.state === "running") ? 2000 : 30_000),
  });
}

export function useImport(id: string | undefined) {
  return useQuery({
    queryKey: ["import", id],
    queryFn: ({ signal }) => api.get<ImportView>(`/api/imports/${id}`, {}, signal),
    refetchInterval: (query) => (query.state.data?.state === "running" ? 3000 : false),
  });
}

/** Runs one step of an import (check, run, undo, delete…) and shows the new state afterwards. */
export function useStep<Input = void>(view: ImportView, step: (input: Input) => Promise<unknown>) {
  const t = useTexts("imports");
  const client = useQueryClient();
  return useMutation({
    mutationFn: step,
    onSuccess: () => refresh(client, view.import_id),
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

export async function refresh(client: ReturnType<typeof useQueryClient>, id: number): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ["import", String(id)] }),
    client.invalidateQueries({ queryKey: ["import-problems", id] }),
    client.invalidateQueries({ queryKey: IMPORTS_KEY }),
    client.invalidateQueries({ queryKey: ["today"] }),
  ]);
}
