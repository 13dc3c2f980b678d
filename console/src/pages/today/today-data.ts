import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { MetricUnit } from "../metrics/metric-figures.ts";

export type Severity = "danger" | "warning" | "info";

export interface Need {
  readonly code: string;
  readonly severity: Severity;
  readonly params: Readonly<Record<string, string | number>>;
  readonly count: number;
  readonly link: string;
}

export interface Metric {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly value: number | null;
  readonly unit: MetricUnit;
  readonly good: "up" | "down" | "none";
  readonly previous: number | null;
  readonly series: readonly (number | null)[];
  readonly link: string | null;
  /** The store that moved it most, where one explains at least a third of the change. */
  readonly because: {
    readonly code: string;
    readonly params: { readonly part: string; readonly change: number };
  } | null;
}

export interface SourceLine {
  readonly source_id: number;
  readonly name: string;
  readonly freshness: "fresh" | "late" | "silent" | "never";
  readonly state: "live" | "paused";
  readonly last_received_at: string | null;
  readonly received_24h: number;
  readonly rejects_open: number;
}

export interface Today {
  readonly business_day: string;
  readonly as_of: string;
  readonly currency?: string;
  readonly needs: readonly Need[];
  readonly metrics: readonly Metric[];
  readonly sources: readonly SourceLine[];
}

export function useToday(enabled: boolean) {
  return useQuery({
    enabled,
    queryKey: ["today"],
    queryFn: ({ signal }) => api.get<Today>("/api/today", {}, signal),
    refetchInterval: 60_000,
  });
}
