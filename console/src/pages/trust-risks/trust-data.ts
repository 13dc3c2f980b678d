import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { formatCount } from "../../texts/format.ts";
import { pick, type Translate } from "../../texts/texts.ts";

export interface Words {
  readonly zh: string;
  readonly en: string;
}
export const word = (words: Words): string => pick(words.zh, words.en);

export type Unit = "count" | "minutes" | "days" | "basis_points";
export type Level = "warn" | "alarm";

export interface IndicatorView extends Words {
  readonly name: string;
  readonly how: Words;
  readonly advice: Words;
  readonly unit: Unit;
  readonly direction: "above" | "below";
  readonly link: string;
  readonly warn: number;
  readonly alarm: number;
  readonly enabled: boolean;
  readonly moved: { readonly reason: string; readonly person: string; readonly at: string } | null;
  readonly value: number | null;
  readonly parts: number;
  readonly level: Level | "fine" | null;
  readonly failure: string | null;
  readonly series: readonly { readonly at: string; readonly value: number }[];
  readonly proof: {
    readonly proved: boolean;
    readonly raised_at: string | null;
    readonly failure: string | null;
  } | null;
  readonly proof_days: readonly { readonly day: string; readonly proved: boolean }[];
}

export interface Watched {
  readonly as_of: string;
  readonly watched_at: string | null;
  readonly today: string;
  readonly items: readonly IndicatorView[];
}

export interface IncidentView extends Words {
  readonly incident_id: number;
  readonly indicator: string;
  readonly label: string;
  readonly synthetic: boolean;
  readonly level: Level;
  readonly state: "open" | "acknowledged" | "closed";
  readonly unit: Unit;
  readonly worst_value: number;
  readonly last_value: number;
  readonly opened_at: string;
  readonly due_at: string;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by_name: string | null;
  readonly escalations: number;
  readonly closed_at: string | null;
  readonly closed_by_name: string | null;
  readonly close_reason: string | null;
  readonly severity: Severity | null;
}

export const SEVERITIES = ["general", "serious", "major", "grave"] as const;
export type Severity = (typeof SEVERITIES)[number];
export type ReportKind = "authority" | "members";

export interface Report {
  readonly kind: ReportKind;
  readonly started_at: string;
  readonly due_at: string | null;
  readonly fields: Readonly<Record<string, string>>;
  readonly submitted_at: string | null;
}

export interface PlanStep {
  readonly within_minutes: number;
  readonly who: Words;
  readonly what: Words;
}

export interface IncidentDetail extends IncidentView {
  readonly advice: Words | null;
  readonly how: Words | null;
  readonly link: string | null;
  readonly on_call: string | null;
  readonly notes: readonly {
    readonly note_id: number;
    readonly at: string;
    readonly person: string | null;
    readonly what: string;
    readonly text: string;
  }[];
  readonly deliveries: readonly {
    readonly delivery_id: number;
    readonly step: string;
    readonly name: string;
    readonly kind: string;
    readonly state: "waiting" | "sending" | "sent" | "failed";
    readonly attempts: number;
    readonly sent_at: string | null;
    readonly result: string | null;
  }[];
  readonly reports: readonly Report[];
  readonly series: readonly { readonly at: string; readonly value: number }[];
  readonly risks: readonly {
    readonly key: string;
    readonly name: Words;
    readonly plan: { readonly title: Words; readonly steps: readonly PlanStep[] };
  }[];
}

export interface Grade {
  readonly likelihood: number;
  readonly impact: number;
}

export interface Risk {
  readonly key: string;
  readonly name: Words;
  readonly description: Words;
  readonly inherent: Grade;
  readonly current: Grade;
  readonly score: number;
  readonly class: "low" | "general" | "serious" | "grave";
  readonly owner: Words;
  readonly measures: readonly Words[];
  readonly indicators: readonly string[];
  readonly plan: { readonly title: Words; readonly steps: readonly PlanStep[] };
  readonly review_months: number;
  readonly version: number;
  readonly drills: readonly {
    readonly drill_id: number;
    readonly held_on: string;
    readonly scenario: string;
    readonly leader: string;
    readonly result: "passed" | "partly" | "failed";
    readonly findings: string;
    readonly next_steps: string;
  }[];
}

const REFRESH_MS = 20_000;

export function useIndicators() {
  return useQuery({
    queryKey: ["trust", "indicators"],
    queryFn: ({ signal }) => api.get<Watched>("/api/trust/indicators", {}, signal),
    refetchInterval: REFRESH_MS,
  });
}

export type IncidentTab = "open" | "closed" | "drills";

export function useIncidents(tab: IncidentTab) {
  const query =
    tab === "drills" ? { synthetic: true } : { synthetic: false, state: tab === "open" ? "open" : "closed" };
  return useQuery({
    queryKey: ["trust", "incidents", tab],
    queryFn: ({ signal }) => api.get<{ items: readonly IncidentView[] }>("/api/trust/incidents", query, signal),
    refetchInterval: REFRESH_MS,
  });
}

export function useIncident(id: string) {
  return useQuery({
    queryKey: ["trust", "incident", id],
    queryFn: ({ signal }) => api.get<IncidentDetail>(`/api/trust/incidents/${id}`, {}, signal),
    refetchInterval: REFRESH_MS,
  });
}

export function useRisks() {
  return useQuery({
    queryKey: ["trust", "risks"],
    queryFn: ({ signal }) => api.get<{ items: readonly Risk[] }>("/api/trust/risks", {}, signal),
  });
}

/** Changes something here and shows everything anew. */
export function useTrustAct<Input>(act: (input: Input) => Promise<unknown>, done?: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["trust"] });
      done?.();
    },
  });
}

/** A value in its unit. */
export function valueText(value: number | null, unit: Unit, t: Translate): string {
  if (value === null) return "—";
  if (unit === "basis_points") return `${formatCount(value / 100, value % 100 === 0 ? 0 : 1)}%`;
  if (unit === "minutes" && value >= 180)
    return t("trust-risks:unit.hours", { n: formatCount(value / 60, value % 60 === 0 ? 0 : 1) });
  return unit === "count" ? formatCount(value) : t(`trust-risks:unit.${unit}`, { n: formatCount(value) });
}
