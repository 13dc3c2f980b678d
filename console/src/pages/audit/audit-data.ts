import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { api, type Query } from "../../api/client.ts";

export interface AuditRow {
  readonly sequence: number;
  readonly at: string;
  readonly phase: string;
  readonly person_id: number | null;
  readonly person_name: string | null;
  readonly actor: string;
  readonly action: string;
  readonly method: string;
  readonly path: string;
  readonly subject: Readonly<Record<string, unknown>>;
  readonly status: number | null;
  readonly succeeded: boolean | null;
  readonly ip: string | null;
  readonly duration_ms: number | null;
}

interface Point {
  readonly sequence: number;
  readonly made_at: string;
}

export interface Chain {
  readonly newest: { readonly sequence: number; readonly at: string } | null;
  readonly oldest_at: string | null;
  readonly retention_days: number;
  readonly checkpoint: Point | null;
  readonly witnessed: Point | null;
  readonly receiver: {
    readonly state: "none" | "answering" | "silent" | "forked" | "refusing";
    readonly url: string | null;
    readonly answered_at: string | null;
    readonly failing_since: string | null;
    readonly fault: string | null;
    readonly key: string | null;
  };
  readonly verified: {
    readonly at: string;
    readonly against: "receiver" | "host";
    readonly result: { readonly ok: boolean; readonly rows: number; readonly last_sequence: number | null };
    readonly sentences_zh: readonly string[];
    readonly sentences_en: readonly string[];
  } | null;
}

export const FILTERS = ["text", "action", "object", "actor", "result", "from", "to"] as const;
export type Filter = Partial<Record<(typeof FILTERS)[number], string>>;

/** What is looked for stands in the address; `from` and `to` are days there. */
export function useFilter(): [Filter, (change: Filter) => void] {
  const [params, setParams] = useSearchParams();
  const filter: Filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const value = params.get(name);
      return value === null || value === "" ? [] : [[name, value]];
    }),
  );
  const change = (next: Filter) => {
    const merged = new URLSearchParams(params);
    for (const [name, value] of Object.entries(next)) {
      if (value === "" || value === undefined) merged.delete(name);
      else merged.set(name, value);
    }
    setParams(merged, { replace: true });
  };
  return [filter, change];
}

const DAY_MS = 86_400_000;

/** Days of this computer's time zone as instants: up to the end of the last one. */
export function queryOf({ from, to, ...rest }: Filter): Query {
  const start = (day: string | undefined, days: number) =>
    day === undefined ? undefined : new Date(new Date(`${day}T00:00:00`).getTime() + days * DAY_MS).toISOString();
  return { ...rest, from: start(from, 0), to: start(to, 1) };
}

export function useAudit(filter: Filter) {
  return useInfiniteQuery({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly AuditRow[]; next_cursor: number | null }>(
        "/api/audit",
        { ...queryOf(filter), cursor: pageParam },
        signal,
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: (before) => before,
  });
}

const REFRESH_MS = 15_000;
const WAITING_MS = 1_500;

/** @param waiting a verification was asked for: look more often. */
export function useChain(waiting: boolean) {
  return useQuery({
    queryKey: ["audit-chain"],
    queryFn: ({ signal }) => api.get<Chain>("/api/audit/chain", {}, signal),
    refetchInterval: waiting ? WAITING_MS : REFRESH_MS,
  });
}
