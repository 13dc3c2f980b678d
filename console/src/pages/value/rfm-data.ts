import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export interface RfmCell {
  readonly cell: string;
  readonly members: number;
  readonly share: number;
  readonly net_minor: number;
}

export interface RfmMapCell {
  readonly level: 1 | 2 | 3;
  readonly f_band: number;
  readonly m_band: number;
  readonly members: number;
}

export interface Rfm {
  readonly business_day: string;
  readonly version: number | string;
  readonly thresholds: {
    readonly m_hi_minor: number;
    readonly f_hi: number;
    readonly r1_days: number;
    readonly r2_days: number;
    readonly derived_at: string;
  };
  readonly population: number;
  readonly others: {
    readonly never: number;
    readonly over_365: number;
    /** Staff, test and wholesale accounts, which are no customers. */
    readonly flagged?: number;
    readonly refused?: number;
    readonly other_currency?: number;
  };
  /** The data ended before the last closed day: the day it ended on is what counts as today here. */
  readonly data_ended?: boolean;
  readonly computed_at?: string;
  readonly stale?: boolean;
  readonly currency: string;
  readonly cells: readonly RfmCell[];
  readonly map: readonly RfmMapCell[];
  readonly bands: { readonly f: readonly number[]; readonly m_minor: readonly number[] };
}

export function useRfm() {
  return useQuery({
    queryKey: ["rfm"],
    queryFn: ({ signal }) => api.get<Rfm | { state: string }>("/api/rfm", {}, signal),
    staleTime: 60_000,
  });
}
