import { useQuery } from "@tanstack/react-query";
import type { Tone } from "../parts/chips.tsx";
import { api } from "./client.ts";
import { useCan } from "./session.ts";

export type SourceKind = "segment" | "sensors" | "webhook" | "shopify" | "rest" | "file" | "pull";
export type Freshness = "fresh" | "late" | "silent" | "never";

export interface Source {
  readonly source_id: number;
  readonly key: string;
  readonly name: string;
  readonly kind: SourceKind;
  readonly state: "live" | "paused";
  readonly last_received_at: string | null;
  readonly received_24h: number;
  readonly duplicates_24h: number;
  readonly rejected_24h: number;
  readonly rejects_open: number;
  readonly pending: number;
  readonly freshness: Freshness;
  readonly expected_every_seconds: number | null;
  readonly completeness: readonly { readonly field: string; readonly filled_ratio: number }[];
  readonly rate_per_second_max: number;
  readonly event_bytes_max: number;
  readonly batch_bytes_max: number;
  readonly settings?: Readonly<Record<string, unknown>>;
}

export const FRESHNESS_TONES: Readonly<Record<Freshness, Tone>> = {
  fresh: "good",
  late: "warn",
  silent: "bad",
  never: "neutral",
};

export const SOURCES_KEY = ["sources"] as const;

export function useSources(refetchMs = 15_000) {
  const may = useCan("data.read");
  return useQuery({
    enabled: may,
    queryKey: SOURCES_KEY,
    queryFn: ({ signal }) => api.get<{ items: readonly Source[] }>("/api/sources", {}, signal),
    refetchInterval: refetchMs,
  });
}

/** A source's name by its id, for pages that only have the id. */
export function useSourceNames(): (id: number | null | undefined) => string {
  const sources = useSources(60_000).data?.items ?? [];
  return (id) => sources.find((source) => source.source_id === id)?.name ?? (id ? `#${id}` : "—");
}

/** A source by its key, for what the live stream says. */
export function useSourceByKey(): (key: string) => Source | undefined {
  const sources = useSources(60_000).data?.items ?? [];
  return (key) => sources.find((source) => source.key === key);
}
