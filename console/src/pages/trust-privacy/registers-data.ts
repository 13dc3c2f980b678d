import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export const BASES = [
  "consent",
  "separate_consent",
  "contract",
  "legal_duty",
  "emergency",
  "public_interest",
  "made_public",
] as const;
export const TRIGGERS = [
  "purpose",
  "sensitive",
  "automated_decision",
  "entrusted",
  "provided",
  "made_public",
  "abroad",
  "major_effect",
] as const;
export const RISKS = ["low", "middle", "high"] as const;

/** What a draft lacks, in the words in which publishing it would be refused. */
export interface Lacks {
  readonly code: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
}

/** A version: who drafted it, who put it in force, and when. */
interface Version {
  readonly state: "draft" | "published" | "past";
  readonly made_name: string | null;
  readonly made_at: string;
  readonly published_name: string | null;
  readonly published_at: string | null;
  readonly lacks: Lacks | null;
}

export interface ActivityDraft {
  readonly activity: string;
  readonly purpose: string | null;
  readonly zh: string;
  readonly en: string;
  readonly data_classes: readonly string[];
  readonly legal_basis: (typeof BASES)[number];
  readonly retention_days: number;
  readonly recipients: readonly string[];
  readonly is_automated: boolean;
  readonly is_sensitive: boolean;
  readonly is_abroad: boolean;
}
export interface Activity extends ActivityDraft, Version {
  readonly version: number;
}

export interface AssessmentDraft {
  readonly activity: string;
  readonly version: number;
  readonly triggers: readonly (typeof TRIGGERS)[number][];
  readonly necessity: string;
  readonly effects: string;
  readonly measures: string;
  readonly risk: (typeof RISKS)[number];
}
export interface Assessment extends AssessmentDraft {
  readonly assessment_id: number;
  readonly made_name: string | null;
  readonly made_at: string;
  readonly approved_name: string | null;
  readonly approved_at: string | null;
  readonly is_alone: boolean;
  readonly kept_until: string | null;
  readonly may_approve: boolean;
}

export interface TextDraft {
  readonly purpose: string;
  readonly language: "zh" | "en";
  readonly version: string;
  readonly body: string;
}
export interface ConsentText extends TextDraft, Version {
  readonly sha256: string;
  readonly valid_from: string | null;
}

export interface Registers {
  readonly today: string;
  readonly activities: readonly Activity[];
  readonly assessments: readonly Assessment[];
  readonly texts: readonly ConsentText[];
}

export interface Notice {
  readonly request_id: number;
  readonly processor_id: number;
  readonly name: string;
  readonly due_day: string;
  readonly made_at: string;
  readonly told_at: string | null;
  readonly told_how: string | null;
  readonly answered_at: string | null;
  readonly answer: "deleted" | "not_held" | "kept_by_law" | null;
}

export interface Retained {
  readonly retained_id: number;
  readonly request_id: number;
  readonly kind: "consent_evidence" | "transactions";
  readonly legal_basis: string;
  readonly made_at: string;
  readonly delete_on: string;
  readonly deleted_at: string | null;
}

/** What law retains, opened: the one place where it stands in clear. */
export interface RetainedContent extends Retained {
  readonly content: {
    readonly identifiers: readonly { readonly kind: string; readonly value: string }[];
    readonly consent_evidence?: readonly {
      readonly purpose: string;
      readonly medium: string;
      readonly state: string;
      readonly text_version: string | null;
      readonly at: string;
    }[];
    readonly transactions?: readonly {
      readonly order_no: string;
      readonly placed_at: string;
      readonly store_code: string;
    }[];
  } | null;
}

export interface ProcessorDraft {
  readonly name: string;
  readonly service: string;
  readonly data_classes: readonly string[];
  readonly contract_no: string;
  readonly contract_until: string | null;
  readonly contact: string;
  readonly state: "active" | "ended";
}

export interface Processor extends ProcessorDraft {
  readonly processor_id: number;
  readonly version: number;
  readonly changed_at: string;
}

export interface Processors {
  readonly today: string;
  readonly answered: readonly Notice[];
  readonly items: readonly Processor[];
  readonly notices: readonly Notice[];
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

export function useRetained() {
  return useQuery({
    queryKey: [...KEY, "retained"],
    queryFn: ({ signal }) => api.get<{ items: readonly Retained[] }>("/api/privacy/retained", {}, signal),
  });
}

/** Opens what is retained once, for whoever has just proved who they are; nothing of it stays in memory afterwards. */
export function useOpenRetained() {
  const t = useTexts();
  return useMutation({
    mutationFn: (retainedId: number) => api.get<RetainedContent>(`/api/privacy/retained/${retainedId}`),
    gcTime: 0,
    onError: (error) => sayError(error, t("state.offline")),
  });
}

export function useRetention() {
  return useQuery({
    queryKey: [...KEY, "retention"],
    queryFn: ({ signal }) => api.get<Retention>("/api/privacy/retention", {}, signal),
    refetchInterval: REFRESH_MS,
  });
}

/** Registers a processor or changes the one of its name; a refusal is the form's to show. */
export function useSaveProcessor(onDone: () => void) {
  const t = useTexts("privacy");
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: ProcessorDraft) => api.put("/api/privacy/processors", draft),
    onSuccess: () => {
      say(t("processor.saved"));
      onDone();
      return client.invalidateQueries({ queryKey: KEY });
    },
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

/** Keeps an entry of a register or puts it in force; a refusal is the form's to show. */
export function useRegisterAct(onDone: () => void) {
  const t = useTexts("privacy");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown }) => api.post(`/api/privacy/${path}`, body),
    onSuccess: () => {
      say(t("register.saved"));
      onDone();
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}
