import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { Tone } from "../../parts/chips.tsx";
import type { Words } from "../trust-risks/trust-data.ts";

export const RESULTS = ["met", "partly", "not_met", "not_applicable"] as const;
export type Result = (typeof RESULTS)[number];
export const RESULT_TONES: Readonly<Record<Result, Tone>> = {
  met: "good",
  partly: "warn",
  not_met: "bad",
  not_applicable: "neutral",
};
export type Counts = Readonly<Record<Result, number>>;

export interface Listed {
  readonly assessment_id: number;
  readonly finished_at: string;
  readonly demo: boolean;
  readonly counts: Counts;
  readonly signatures: number;
}

export interface Item {
  readonly id: string;
  readonly who: "A" | "D" | "AD" | "O";
  readonly name_zh: string;
  readonly name_en: string;
  readonly result: Result;
  readonly unknown: boolean;
  readonly zh: string;
  readonly en: string;
  readonly step: Words;
  readonly evidence_id: number | null;
}

export interface Assessment {
  readonly assessment_id: number;
  readonly finished_at: string;
  readonly demo: boolean;
  readonly hash: string;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly items: readonly Item[];
  readonly clauses: readonly (Words & {
    readonly clause: string;
    readonly items: number;
    readonly counts: Counts;
    readonly outside: number;
  })[];
  readonly signatures: readonly {
    readonly person_id: number;
    readonly name: string;
    readonly role: string;
    readonly statement: string;
    readonly signed_at: string;
  }[];
}

export interface Evidence {
  readonly evidence_id: number;
  readonly item: string;
  readonly claim: Result;
  readonly dated: string;
  readonly valid_until: string;
  readonly note: string;
  readonly file_name: string | null;
  readonly person: string;
  readonly withdrawn_at: string | null;
}

/** @param waiting one was asked for: look more often */
export function useAssessments(waiting: boolean) {
  return useQuery({
    queryKey: ["trust", "assessments"],
    queryFn: ({ signal }) =>
      api.get<{ disclaimer: Words; items: readonly Listed[] }>("/api/trust/assessments", {}, signal),
    refetchInterval: waiting ? 1_500 : 60_000,
  });
}

export function useAssessment(id: number | undefined) {
  return useQuery({
    queryKey: ["trust", "assessment", id],
    queryFn: ({ signal }) => api.get<Assessment>(`/api/trust/assessments/${id}`, {}, signal),
    enabled: id !== undefined,
  });
}

export function useEvidence() {
  return useQuery({
    queryKey: ["trust", "evidence"],
    queryFn: ({ signal }) => api.get<{ items: readonly Evidence[] }>("/api/trust/evidence", {}, signal),
  });
}
