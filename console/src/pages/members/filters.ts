import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";
import type { MemberFilters } from "./member-data.ts";

export const SORTS = ["last_order", "joined", "net", "orders"] as const;
const FILTER_KEYS = ["segment_id", "rfm", "tag", "joined", "store"] as const;
export type FilterKey = (typeof FILTER_KEYS)[number];

export interface ListState {
  readonly query: string;
  readonly filters: MemberFilters;
  readonly active: readonly { readonly key: FilterKey; readonly value: string }[];
  readonly set: (changes: Readonly<Record<string, string | null>>) => void;
}

/** What the list shows, read from and written to the address bar. */
export function useListState(): ListState {
  const [params, setParams] = useSearchParams();
  const filters = useMemo<MemberFilters>(() => {
    const read: Record<string, string> = {};
    read["sort"] = params.get("sort") ?? SORTS[0];
    for (const key of FILTER_KEYS) {
      const value = params.get(key);
      if (value) read[key] = value;
    }
    return read;
  }, [params]);
  const active = FILTER_KEYS.flatMap((key) => {
    const value = filters[key];
    return value === undefined ? [] : [{ key, value }];
  });
  const set = useCallback(
    (changes: Readonly<Record<string, string | null>>) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [key, value] of Object.entries(changes)) {
            if (value === null || value === "") next.delete(key);
            else next.set(key, value);
          }
          return next;
        },
        { replace: true },
      ),
    [setParams],
  );
  return { query: params.get("q") ?? "", filters, active, set };
}
