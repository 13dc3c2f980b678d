import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api, ApiProblem } from "../../api/client.ts";
import { currentLanguage } from "../../texts/texts.ts";
import type { TreeNode } from "./model/vocabulary.ts";

export interface PortraitSide {
  readonly segment_id: number | null;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
}

export interface PortraitCell {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly count: number;
  readonly share_bp: number;
  readonly base_share_bp: number | null;
  readonly index_bp: number | null;
  readonly unusual: boolean;
  /** Evidence × size. */
  readonly weight: number;
  readonly condition: TreeNode;
}

interface Quartiles {
  readonly zh: readonly string[];
  readonly en: readonly string[];
}

export interface PortraitFact {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly family: string;
  readonly kind: "values" | "bands";
  readonly by_definition: boolean;
  readonly known_bp: number | null;
  readonly base_known_bp: number | null;
  readonly cells: readonly PortraitCell[];
  readonly others: number;
  readonly quartiles: Quartiles | null;
  readonly base_quartiles: Quartiles | null;
}

export interface PortraitSentence {
  readonly fact: string;
  readonly value: string;
  readonly zh: string;
  readonly en: string;
  readonly direction: "more" | "less";
  readonly index_bp: number;
  readonly condition: TreeNode;
}

export interface PortraitOrders {
  readonly net_fen: number;
  readonly net_share_bp: number | null;
  readonly orders: number;
  readonly orders_share_bp: number | null;
  readonly net_per_member_fen: number;
  readonly base_net_per_member_fen: number;
}

export interface Portrait {
  readonly state: "drawn" | "small";
  readonly as_of: string;
  readonly base_as_of: string;
  readonly elapsed_ms: number;
  readonly group: PortraitSide;
  readonly base: PortraitSide;
  readonly total: number;
  readonly sentences: readonly PortraitSentence[];
  readonly facts: readonly PortraitFact[];
  readonly orders: PortraitOrders | null;
  readonly left_out: readonly { key: string; zh: string; en: string; reason: string }[];
}

/** A kept segment, or a condition as it stands in the builder. */
export type Sitter = { readonly segment_id: number } | { readonly condition: TreeNode };

const bodyOf = (sitter: Sitter, against: number | null) =>
  against === null ? { ...sitter } : { ...sitter, against: { segment_id: against } };

export function usePortrait(sitter: Sitter | null, against: number | null) {
  return useQuery({
    queryKey: ["segments", "portrait", JSON.stringify(sitter), against],
    enabled: sitter !== null,
    queryFn: ({ signal }) => api.post<Portrait>("/api/segments/portrait", bodyOf(sitter as Sitter, against), signal),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
    retry: false,
  });
}

/** The same as a workbook, handed to the browser as a file. */
export async function fetchWorkbook(sitter: Sitter, against: number | null, name: string): Promise<void> {
  const response = await fetch("/api/segments/portrait.xlsx", {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...bodyOf(sitter, against), language: currentLanguage() }),
  });
  if (!response.ok) throw new ApiProblem(response.status, (await response.json()) as Record<string, string>);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = `${name}.xlsx`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** The builder with one more condition: the group, and what was pressed. */
export function withCondition(sitter: Sitter, condition: TreeNode): string {
  const group: TreeNode = "segment_id" in sitter ? { node: "segment", id: sitter.segment_id } : sitter.condition;
  const parts = (tree: TreeNode): readonly unknown[] =>
    tree.node === "and" && Array.isArray(tree["parts"]) ? tree["parts"] : [tree];
  const both = { node: "and", parts: [...parts(group), ...parts(condition)] };
  return `/segments/new?from=${encodeURIComponent(JSON.stringify(both))}`;
}
