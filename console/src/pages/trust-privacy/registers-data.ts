import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export interface Registers {
  readonly activities: readonly {
    readonly activity: string;
    readonly version: number;
    readonly purpose: string | null;
    readonly zh: string;
    readonly en: string;
    readonly data_classes: readonly string[];
    readonly legal_basis: string;
    readonly retention_days: number;
    readonly recipients: readonly string[];
    readonly state: "draft" | "published" | "past";
  }[];
  readonly assessments: readonly {
    readonly assessment_id: number;
    readonly activity: string;
    readonly version: number;
    readonly risk: string;
    readonly made_at: string;
    readonly approved_at: string | null;
    readonly is_alone: boolean;
    readonly kept_until: string | null;
  }[];
  readonly texts: readonly {
    readonly purpose: string;
    readonly language: string;
    readonly version: string;
    readonly sha256: string;
    readonly state: "draft" | "published" | "past";
    readonly valid_from: string | null;
  }[];
}

export interface Processors {
  readonly items: readonly {
    readonly processor_id: number;
    readonly name: string;
    readonly service: string;
    readonly contract_no: string;
    readonly contract_until: string | null;
    readonly state: "active" | "ended";
  }[];
  readonly notices: readonly {
    readonly request_id: number;
    readonly processor_id: number;
    readonly name: string;
    readonly due_day: string;
    readonly told_at: string | null;
  }[];
}

export interface Retention {
  readonly classes: readonly {
    readonly key: string;
    readonly zh: string;
    readonly en: string;
    readonly level: string;
    readonly purpose_zh: string;
    readonly purpose_en: string;
    readonly legal_basis: string;
    readonly days: number | null;
    readonly shipped_days: number | null;
    readonly runs_by_itself: boolean;
  }[];
  readonly runs: readonly {
    readonly run_id: number;
    readonly is_dry: boolean;
    readonly started_at: string;
    readonly finished_at: string | null;
    readonly report: readonly { readonly field_class: string; readonly count: number }[] | null;
  }[];
}

const KEY = ["privacy-registers"] as const;
const REFRESH_MS = 5_000;

export function useRegisters() {
  return useQuery({
    queryKey: [...KEY, "registers"],
    queryFn: ({ signal }) => api.get<Registers>("/api/privacy/registers", {}, signal),
  });
}

export function useProcessors() {
  return useQuery({
    queryKey: [...KEY, "processors"],
    queryFn: ({ signal }) => api.get<Processors>("/api/privacy/processors", {}, signal),
  });
}

export function useRetention() {
  return useQuery({
    queryKey: [...KEY, "retention"],
    queryFn: ({ signal }) => api.get<Retention>("/api/privacy/retention", {}, signal),
    refetchInterval: REFRESH_MS,
  });
}

/** One publishing act; what it changes is read again. */
export function usePublishing() {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body, put }: { path: string; body: unknown; put?: boolean }) =>
      put === true ? api.put(`/api/privacy/${path}`, body) : api.post(`/api/privacy/${path}`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
    onError: (error) => sayError(error, t("state.offline")),
  });
}
