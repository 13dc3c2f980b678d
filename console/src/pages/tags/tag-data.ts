import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { treeLink } from "../segments/model/seeds.ts";

export interface TagValue {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly meaning_zh?: string | null;
  readonly meaning_en?: string | null;
}

export interface Tag {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly owner: string;
  readonly family: string;
  readonly window?: string | { readonly zh: string; readonly en: string } | null;
  readonly window_zh?: string;
  readonly window_en?: string;
  readonly freshness: string;
  readonly privacy: string;
  /** How a number is to be read: "minor" for money, "share" for a fraction, "days" … */
  readonly unit?: string | null;
  readonly values: readonly TagValue[];
  readonly members_with_value: number | null;
  readonly coverage: number | null;
  /** It judges people; `abstained` of them refuse that. */
  readonly profiling?: boolean;
  readonly abstained?: number;
  readonly computed_at: string | null;
  readonly stale: boolean;
  readonly difference: number | null;
  /** Computed only when a person switches it on. */
  readonly optional: boolean;
  readonly enabled: boolean;
  /** Made by people. */
  readonly custom: boolean;
  /** In the example world, whose data are made up. */
  readonly example_accuracy?: { readonly judged: number; readonly right: number; readonly coverage: number } | null;
  readonly distribution?: readonly Spread[];
}

export interface Spread {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
  /** The ends of a band of numbers or dates; null for a plain value. */
  readonly from?: string | null;
  readonly to?: string | null;
  /** The condition that says "the tag has this value". */
  readonly condition?: unknown;
}

interface NamedColumn {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly unit: string | null;
  readonly values: readonly { readonly value: string; readonly zh: string; readonly en: string }[];
}

/** What a relation of the example and its columns are called. */
export interface NamedRelation {
  readonly name: string;
  readonly zh: string;
  readonly en: string;
  readonly columns: readonly NamedColumn[];
}

export interface TagDetail extends Tag {
  readonly distribution: readonly Spread[];
  readonly example: unknown;
  readonly example_relations: readonly NamedRelation[];
  readonly expression: unknown;
  readonly sql: Readonly<Record<string, string>>;
}

export function useTags() {
  return useQuery({
    queryKey: ["tags"],
    queryFn: ({ signal }) => api.get<{ items: readonly Tag[] }>("/api/tags", {}, signal),
    staleTime: 30_000,
  });
}

export const tagQuery = (key: string) => ({
  queryKey: ["tag", key],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<TagDetail>(`/api/tags/${encodeURIComponent(key)}`, {}, signal),
  staleTime: 30_000,
});

/** The members who hold a value: the list for a plain value, the builder with its condition for a band. */
export function membersOf(key: string, spread: Spread): string {
  const band = (spread.from ?? null) !== null || (spread.to ?? null) !== null;
  if (band && spread.condition !== undefined) return treeLink(spread.condition);
  return `/members?tag=${encodeURIComponent(`${key}:${spread.value}`)}`;
}
