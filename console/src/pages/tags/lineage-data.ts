import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface Lineage {
  readonly relations: readonly (Words & {
    readonly relation: string;
    readonly computed: boolean;
    readonly columns: readonly (Words & { readonly column: string })[];
    readonly sources: readonly {
      readonly source_id: number;
      readonly name: string;
      readonly freshness: string;
      readonly last_received_at: string | null;
    }[];
  })[];
  readonly tags: readonly (Words & { readonly key: string })[];
  readonly readers: readonly (Words & { readonly kind: "tag" | "segment"; readonly id: string })[];
}

export interface HistoryDay {
  readonly day: string;
  readonly members: number;
  readonly total: number;
  readonly values: readonly { readonly value: string; readonly members: number }[];
  readonly quartiles: readonly (Words & { readonly value: string })[] | null;
  readonly psi_bp: number | null;
  readonly jump: boolean;
  readonly redefined: boolean;
}
export interface TagHistory {
  readonly jump_psi_bp: number;
  readonly values: readonly (Words & { readonly value: string })[];
  readonly days: readonly HistoryDay[];
}

const address = (key: string, what: string) => `/api/tags/${encodeURIComponent(key)}/${what}`;

export function useLineage(key: string) {
  return useQuery({
    queryKey: ["tag", key, "lineage"],
    queryFn: ({ signal }) => api.get<Lineage>(address(key, "lineage"), {}, signal),
    staleTime: 60_000,
  });
}

export function useTagHistory(key: string) {
  return useQuery({
    queryKey: ["tag", key, "history"],
    queryFn: ({ signal }) => api.get<TagHistory>(address(key, "history"), {}, signal),
    staleTime: 60_000,
  });
}
