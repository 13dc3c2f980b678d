import { useQuery } from "@tanstack/react-query";
import { api, withQuery } from "../../api/client.ts";

export interface Flow {
  readonly issued: number;
  readonly burned: number;
  readonly given_back: number;
  readonly expired: number;
  readonly taken_back: number;
}

export interface Statement {
  readonly from_day: string;
  readonly to_day: string;
  readonly opening: number;
  readonly rows: readonly (Flow & { readonly period: string; readonly closing: number })[];
  readonly closing: number;
  readonly rules: readonly {
    readonly rule: string;
    readonly issued: number;
    readonly taken_back: number;
    readonly causes: number;
  }[];
}

export interface StatementQuery {
  readonly from_day?: string | undefined;
  readonly to_day?: string | undefined;
  readonly by: "day" | "month";
}

export function useStatement(query: StatementQuery) {
  return useQuery({
    queryKey: ["points", "statement", query],
    queryFn: ({ signal }) => api.get<Statement>("/api/points/statement", { ...query }, signal),
    placeholderData: (before) => before,
    retry: false,
    staleTime: 15_000,
  });
}

export const workbookAddress = (query: StatementQuery): string => withQuery("/api/points/statement.xlsx", { ...query });

const FLOWS = ["issued", "burned", "given_back", "expired", "taken_back"] as const;

/** The movements of all rows together. */
export function sumOf(rows: readonly Flow[]): Flow {
  const sum = { issued: 0, burned: 0, given_back: 0, expired: 0, taken_back: 0 };
  for (const row of rows) for (const name of FLOWS) sum[name] += row[name];
  return sum;
}

/** Whether opening and movements make the closing balance, reckoned here once more from what is shown. */
export function addsUp({ opening, rows, closing }: Pick<Statement, "opening" | "rows" | "closing">): boolean {
  let balance = opening;
  for (const row of rows) {
    balance += row.issued - row.burned + row.given_back - row.expired - row.taken_back;
    if (balance !== row.closing) return false;
  }
  return balance === closing;
}
