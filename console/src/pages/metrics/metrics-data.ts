import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { MetricUnit } from "./metric-figures.ts";

export interface Definition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly owner: "operations" | "analytics" | "finance";
  readonly family: "members" | "trade" | "loyalty" | "conversion";
  readonly unit: MetricUnit;
  readonly good: "up" | "down" | "none";
  readonly period: "day" | "month" | "rolling" | "stock";
  readonly stores: "ticket" | "home";
  readonly population_zh: string;
  readonly population_en: string;
  readonly window_zh: string;
  readonly window_en: string;
  readonly formula_zh: string;
  readonly formula_en: string;
  readonly example: {
    readonly zh: string;
    readonly numerator: number;
    readonly denominator?: number;
    readonly value: number;
  };
}

export type Alignment = "date" | "weekday" | "spring_festival" | "holiday" | "season";

export interface Metric {
  readonly definition: Definition;
  readonly version: number;
  readonly day: string;
  readonly numerator: number;
  readonly denominator: number | null;
  readonly value: number | null;
  readonly yesterday: number | null;
  readonly last_week: number | null;
  readonly last_year: { readonly day: string; readonly by: Alignment; readonly value: number | null };
  readonly series: readonly (number | null)[];
  readonly link: string | null;
}

export interface Metrics {
  readonly state?: "none";
  readonly day: string;
  readonly through_day: string;
  readonly computed_at: string;
  readonly currency: string;
  readonly is_late: boolean;
  readonly items: readonly Metric[];
}

interface Names {
  readonly zh: string;
  readonly en: string;
}
export interface LineDay {
  readonly day: string;
  readonly value: number | null;
  readonly holiday?: Names;
  readonly season?: Names;
}
export interface MonthRow {
  readonly month: string;
  readonly value: number | null;
  readonly version: number;
  readonly closed_at: string | null;
  readonly due_at: string;
  readonly closed_value: number | null;
  readonly difference: number | null;
  readonly since_close: {
    readonly orders: number;
    readonly orders_minor: number;
    readonly refunds: number;
    readonly refunds_minor: number;
  } | null;
}
export interface PartRow {
  readonly code: string;
  readonly name: string | null;
  readonly region_name: string | null;
  readonly value: number | null;
  readonly last_week: number | null;
  readonly last_year: number | null;
}
export type Part = "store" | "region" | "channel";
export interface Detail {
  readonly state: "none" | "ready";
  readonly definition: Definition;
  readonly day: string;
  readonly currency: string;
  readonly computed_at: string;
  readonly item: Metric | null;
  readonly versions: readonly { readonly version: number; readonly created_at: string }[];
  readonly from: string;
  readonly line: readonly LineDay[];
  readonly part: Part;
  readonly parts: readonly PartRow[];
  readonly months: readonly MonthRow[];
  readonly closing: { readonly day: number; readonly hour: number };
  readonly reopenings: readonly { readonly month: string; readonly reason: string; readonly reopened_at: string }[];
  readonly link: string | null;
}

export interface StoreRow {
  readonly store_code: string;
  readonly store_name: string | null;
  readonly region_code: string | null;
  readonly region_name: string | null;
  readonly orders: number;
  readonly member_orders: number;
  readonly net_minor: number;
  readonly new_members: number;
  readonly month_orders: number;
  readonly month_member_orders: number;
  readonly month_net_minor: number;
  readonly month_new_members: number;
  readonly last_year_net_minor: number | null;
  readonly last_year_month_net_minor: number | null;
}
export interface StoreTotal extends Omit<StoreRow, "store_code" | "store_name" | "region_code" | "region_name"> {
  readonly stores: number;
  readonly same_store_net_minor: number;
  readonly same_store_month_net_minor: number;
}
export interface StoreTable {
  readonly day: string;
  readonly currency: string;
  readonly last_year: { readonly day: string; readonly by: Alignment };
  readonly made_at: string | null;
  readonly rows: readonly StoreRow[];
  readonly total: StoreTotal;
  readonly days: readonly string[];
}

export function useMetrics(day: string | null) {
  return useQuery({
    queryKey: ["metrics", day],
    queryFn: ({ signal }) => api.get<Metrics>("/api/metrics", { day }, signal),
  });
}

export function useMetric(metric: string, query: { from: string | null; to: string | null; part: string | null }) {
  return useQuery({
    queryKey: ["metric", metric, query],
    queryFn: ({ signal }) => api.get<Detail>(`/api/metrics/${metric}`, query, signal),
    placeholderData: (before) => (before?.definition.key === metric ? before : undefined),
  });
}

export function useStores(day: string | null) {
  return useQuery({
    queryKey: ["metrics", "stores", day],
    queryFn: ({ signal }) => api.get<StoreTable>("/api/metrics/stores", { day }, signal),
  });
}
