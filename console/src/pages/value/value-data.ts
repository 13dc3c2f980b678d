import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export interface Flow {
  readonly month: string;
  readonly from_state: string;
  readonly to_state: string;
  readonly members: number;
  readonly closed_members: number | null;
}

export interface FlowView {
  readonly state: "none" | "ready";
  readonly through_day?: string;
  readonly version?: number | null;
  readonly computed_at?: string;
  readonly flows?: readonly Flow[];
}

export interface SilentReason {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly rule_zh: string;
  readonly rule_en: string;
  readonly members: number;
  readonly primary: number;
  /** Null where no condition says it. */
  readonly condition: unknown;
}

export interface Silence {
  readonly stage: "soon" | "silent" | "lost";
  readonly members: number;
  readonly business_day: string;
  readonly condition: unknown;
  readonly reasons: readonly SilentReason[];
  readonly categories: readonly { readonly category: string | null; readonly members: number }[];
}

export interface Stage {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly meaning_zh: string;
  readonly meaning_en: string;
}

export interface Lifecycle extends FlowView {
  readonly stages: readonly Stage[];
  readonly current: readonly { readonly value: string; readonly members: number }[];
  readonly silence: readonly Silence[];
}

export const useLifecycle = () =>
  useQuery({
    queryKey: ["lifecycle"],
    queryFn: ({ signal }) => api.get<Lifecycle>("/api/lifecycle", {}, signal),
    staleTime: 60_000,
  });

export const useRfmFlows = () =>
  useQuery({
    queryKey: ["rfm", "flows"],
    queryFn: ({ signal }) => api.get<FlowView>("/api/rfm/flows", {}, signal),
    staleTime: 60_000,
  });

export interface ErrorsOf {
  readonly predicted: number;
  readonly actual: number;
  readonly mae: number;
  readonly rmse: number;
}

export interface Judgement {
  readonly model: "house" | "bgnbd";
  readonly purchases: ErrorsOf;
  readonly spend_minor: ErrorsOf;
  readonly deciles: readonly {
    readonly decile: number;
    readonly members: number;
    readonly predicted: number;
    readonly actual: number;
  }[];
}

export type Band = "high" | "middle" | "low";

export interface Rate {
  readonly cell: string;
  readonly bought: number;
  readonly members: number;
  readonly source: "cell" | "class" | "all" | "repurchase";
  readonly years: number;
}

export interface Clv {
  readonly state: "ready";
  readonly business_day: string;
  readonly currency: string;
  readonly population: number;
  readonly version: number;
  readonly borders: { readonly high_minor: number; readonly middle_minor: number };
  readonly parameters: {
    readonly growth: number;
    readonly is_short: boolean;
    readonly totals: { readonly history_days: number };
    readonly rates: readonly Rate[];
  };
  readonly models: {
    readonly every: number;
    readonly bgnbd: Readonly<Record<"r" | "alpha" | "a" | "b" | "log_likelihood" | "members", number>>;
    readonly gamma_gamma: Readonly<Record<"p" | "q" | "v" | "log_likelihood" | "members", number>> | null;
  } | null;
  readonly hold_out: {
    readonly business_day: string;
    readonly members: number;
    readonly judgements: readonly Judgement[];
  } | null;
  readonly bands: readonly {
    readonly band: Band;
    readonly members: number;
    readonly clv_minor: number;
    readonly expected_value_minor: number | null;
  }[];
  readonly distribution: readonly {
    readonly from_minor: number;
    readonly to_minor: number | null;
    readonly members: number;
  }[];
}

export const useClv = () =>
  useQuery({
    queryKey: ["clv"],
    queryFn: ({ signal }) => api.get<Clv | { state: "none" }>("/api/clv", {}, signal),
    staleTime: 60_000,
  });

export interface Thresholds {
  readonly m_hi_minor: number;
  readonly f_hi: number;
  readonly r1_days: number;
  readonly r2_days: number;
}

export interface WhatIf {
  readonly state: "none" | "ready";
  readonly thresholds?: Thresholds;
  readonly moves?: readonly { readonly from_cell: string; readonly to_cell: string; readonly members: number }[];
  readonly changed_cell?: number;
  readonly changed_class?: number;
}

/** What other thresholds would change; asked again whenever they differ. */
export const useWhatIf = (thresholds: Thresholds) =>
  useQuery({
    queryKey: ["rfm", "what-if", thresholds],
    queryFn: () => api.post<WhatIf>("/api/rfm/what-if", thresholds),
    enabled: thresholds.r1_days < thresholds.r2_days,
    placeholderData: (before) => before,
    staleTime: 60_000,
  });
