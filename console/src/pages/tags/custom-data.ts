import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { MemberRow } from "../members/member-data.ts";
import type { MadeDefinition } from "./model/made-tag.ts";

export interface Kept {
  readonly key: string;
  readonly version: number;
  readonly job_id: string;
}
export interface MadeTag {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly version: number;
  readonly archived_at: string | null;
  readonly updated_at: string;
  readonly problems: readonly { readonly path: string; readonly zh: string; readonly en: string }[];
}
export interface MadeVersion {
  readonly version: number;
  readonly act: string;
  readonly reason: string;
  readonly person_name: string | null;
  readonly made_at: string;
}
export interface MadeTagDetail extends MadeTag {
  readonly definition: MadeDefinition;
  readonly versions: readonly MadeVersion[];
  readonly uses: readonly {
    readonly kind: "tag" | "segment";
    readonly id: string;
    readonly zh: string;
    readonly en: string;
  }[];
}

interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface Preview {
  readonly total: number;
  readonly computed: number;
  readonly with_value: number;
  readonly kind: string;
  readonly privacy_least: string;
  readonly distribution: readonly (Words & { readonly value: string; readonly count: number })[];
  readonly quantiles: readonly Words[] | null;
  readonly sample: readonly {
    readonly member: MemberRow;
    readonly value: string;
    readonly display: Words;
    readonly why: Words;
  }[];
}

export function useMadeTags() {
  return useQuery({
    queryKey: ["tags", "custom"],
    queryFn: ({ signal }) => api.get<{ items: readonly MadeTag[] }>("/api/tags/custom", {}, signal),
    staleTime: 30_000,
  });
}

export function useMadeTag(key: string | null) {
  return useQuery({
    queryKey: ["tags", "custom", key],
    enabled: key !== null,
    queryFn: ({ signal }) => api.get<MadeTagDetail>(`/api/tags/custom/${encodeURIComponent(key ?? "")}`, {}, signal),
  });
}

/** What a definition (as JSON text) would say; a newer one cancels the question before it, on the server too. */
export function usePreview(definition: string) {
  return useQuery({
    queryKey: ["tags", "preview", definition],
    enabled: definition !== "",
    queryFn: ({ signal }) =>
      api.post<Preview>("/api/tags/custom/preview", { definition: JSON.parse(definition) as unknown }, signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
}
