import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api } from "../../api/client.ts";
import { useCan } from "../../api/session.ts";
import { pick, useTexts } from "../../texts/texts.ts";
import type { NameOf } from "./rule-sentence.ts";

/** A code that rules can name, with how it is called. */
export interface CodeOption {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
}

/** What rules can be narrowed to, as the data know it. */
export interface CodeOptions {
  readonly categories: readonly CodeOption[];
  readonly brands: readonly CodeOption[];
  readonly stores: readonly CodeOption[];
  readonly channels: readonly CodeOption[];
  readonly tiers: readonly CodeOption[];
}

const FIELDS: Readonly<Record<string, keyof CodeOptions>> = {
  category_1: "categories",
  category_2: "categories",
  category_3: "categories",
  brand: "brands",
  store_code: "stores",
  channel: "channels",
};

interface VocabularyNode {
  readonly field?: string;
  readonly values?: readonly CodeOption[];
}

/** Every field of the segments' vocabulary that rules know too, wherever it stands. */
function collected(node: unknown, into: Map<keyof CodeOptions, Map<string, CodeOption>>): void {
  if (Array.isArray(node)) for (const part of node) collected(part, into);
  else if (node !== null && typeof node === "object") {
    const { field, values } = node as VocabularyNode;
    const name = field === undefined ? undefined : FIELDS[field];
    if (name !== undefined && Array.isArray(values)) {
      const known = into.get(name) ?? new Map<string, CodeOption>();
      for (const { value, zh, en } of values) known.set(value, { value, zh, en });
      into.set(name, known);
      return;
    }
    for (const part of Object.values(node)) collected(part, into);
  }
}

interface Ladders {
  readonly items: readonly {
    readonly definition: {
      readonly tiers: readonly { readonly key: string; readonly zh: string; readonly en: string }[];
    };
  }[];
}

/** What the brand's data offer to choose from; empty where the reader may not see it. */
export function useCodeOptions(): CodeOptions {
  const may_segment = useCan("segments.read");
  const may_tiers = useCan("tiers.read");
  const vocabulary = useQuery({
    queryKey: ["segments", "vocabulary"],
    queryFn: ({ signal }) => api.get<unknown>("/api/segments/vocabulary", {}, signal),
    enabled: may_segment,
    staleTime: 300_000,
  }).data;
  const ladders = useQuery({
    queryKey: ["tiers", "ladders"],
    queryFn: ({ signal }) => api.get<Ladders>("/api/tiers/ladders", {}, signal),
    enabled: may_tiers,
    staleTime: 300_000,
  }).data;
  return useMemo(() => {
    const found = new Map<keyof CodeOptions, Map<string, CodeOption>>();
    collected(vocabulary, found);
    const tiers = new Map<string, CodeOption>();
    for (const { definition } of ladders?.items ?? [])
      for (const { key, zh, en } of definition.tiers) if (!tiers.has(key)) tiers.set(key, { value: key, zh, en });
    const of = (name: keyof CodeOptions) => [...(found.get(name)?.values() ?? [])];
    return {
      categories: of("categories"),
      brands: of("brands"),
      stores: of("stores"),
      channels: of("channels"),
      tiers: [...tiers.values()],
    };
  }, [vocabulary, ladders]);
}

/** How codes are called in sentences. */
export function useNameOf(options: CodeOptions): NameOf {
  const words = useTexts();
  return useMemo(
    () => (kind, code) => {
      if (kind === "event") return words(`record_kind.${code}`, { defaultValue: code });
      const list = { tier: options.tiers, store: options.stores, channel: options.channels }[kind];
      const found = list.find(({ value }) => value === code);
      return found === undefined ? code : pick(found.zh, found.en);
    },
    [options, words],
  );
}
