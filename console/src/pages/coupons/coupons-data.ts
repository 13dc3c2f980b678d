import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useAct } from "../../parts/act.ts";

export type Benefit =
  | { readonly kind: "amount"; readonly amount_minor: number }
  | { readonly kind: "percent"; readonly percent_off: number; readonly of: "remaining" | "original" }
  | { readonly kind: "new_price"; readonly unit_price_minor: number; readonly quantity_max: number | null }
  | {
      readonly kind: "exchange";
      readonly sku: string;
      readonly unit_price_minor: number;
      readonly quantity_max: number;
    }
  | { readonly kind: "free_shipping" };

export interface Definition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly currency: string;
  readonly benefit: Benefit;
  readonly scope: {
    readonly skus: readonly string[];
    readonly categories: readonly string[];
    readonly except_skus: readonly string[];
    readonly except_categories: readonly string[];
  };
  readonly conditions: {
    readonly minimum_minor: number | null;
    readonly minimum_of: "before" | "after";
    readonly quantity_min: number | null;
    readonly stores: readonly string[];
    readonly channels: readonly string[];
    readonly tiers: readonly string[];
    readonly segments: readonly number[];
    readonly weekdays: readonly number[];
    readonly hours: { readonly from: string; readonly to: string } | null;
  };
  readonly max_discount_minor: number | null;
  readonly stacking: {
    readonly priority: number;
    readonly group: string | null;
    readonly exclusive: boolean;
    readonly per_order_max: number;
  };
  readonly returns: { readonly give_back: boolean; readonly grace_days: number };
  readonly bearer: { readonly kind: "brand" | "store" | "franchise_share"; readonly franchise_percent: number };
}

interface Said {
  readonly zh: string;
  readonly en: string;
}
export interface Problem extends Said {
  readonly path: string;
  readonly code: string;
}

export interface CouponRow extends Said {
  readonly key: string;
  readonly state: "live" | "withdrawn";
  readonly definition: Definition;
  readonly version: number | null;
  readonly draft: number | null;
  readonly batches: number;
  readonly issued: number;
  readonly held: number;
  readonly redeemed: number;
  readonly codes_issued: number;
  readonly codes_redeemed: number;
  readonly expired: number;
  readonly spent_minor: number;
  readonly budget_minor: number | null;
  readonly spent_of_budget_minor: number;
}

export interface Version extends Said {
  readonly version: number;
  readonly definition: Definition;
  readonly published_at: string | null;
  readonly saved_at: string;
  readonly first_day: string | null;
  readonly last_day: string | null;
}

export interface Batch {
  readonly batch_id: number;
  readonly name: string;
  readonly version: number;
  readonly kind: "shared" | "unique";
  readonly state: "open" | "paused" | "undone";
  readonly currency: string;
  readonly number: number;
  readonly made: number;
  readonly held: number;
  readonly redeemed: number;
  readonly expired: number;
  readonly voided: number;
  readonly spent_minor: number;
  readonly budget_minor: number | null;
  readonly member_max: number | null;
  readonly member_period: string | null;
  readonly member_period_max: number | null;
  readonly period: string | null;
  readonly period_max: number | null;
  readonly first_day: string;
  readonly last_day: string | null;
  readonly days: number | null;
  readonly made_at: string;
}

export interface Issuance {
  readonly issuance_id: number;
  readonly kind: "codes" | "members" | "segment";
  readonly segment_id: number | null;
  readonly wanted: number;
  readonly made: number;
  readonly skipped: number;
  readonly state: "running" | "done" | "cancelled" | "undoing" | "undone";
  readonly reason: string;
  readonly undo_reason: string | null;
  readonly job_id: string | null;
  readonly made_at: string;
}

export interface CodeRow {
  readonly issued_id: number;
  readonly code_masked: string | null;
  readonly owner: number | null;
  readonly state: "issued" | "held" | "redeemed" | "void" | "expired";
  readonly first_day: string;
  readonly last_day: string | null;
}

export interface UsedCoupon {
  readonly issued_id: number;
  readonly owner: number | null;
  readonly order_reference: string;
  readonly store_code: string | null;
  readonly state: string;
  readonly discount_minor: number;
  readonly made_at: string;
}

const KEY = ["coupons"] as const;
const LOOK_MS = 2_000;

export function useCoupons() {
  return useQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ signal }) => api.get<{ items: readonly CouponRow[] }>("/api/coupons", {}, signal),
  });
}

export interface CouponData {
  readonly coupon: CouponRow;
  readonly versions: readonly Version[];
  readonly batches: readonly Batch[];
  readonly problems: readonly Problem[];
}

export function useCoupon(key: string, enabled = true) {
  return useQuery({
    queryKey: [...KEY, "one", key],
    enabled,
    queryFn: ({ signal }) => api.get<CouponData>(`/api/coupons/${encodeURIComponent(key)}`, {}, signal),
  });
}

export interface BatchData {
  readonly batch: Batch;
  readonly coupon: Said & { readonly key: string; readonly definition: Definition };
  readonly issuances: readonly Issuance[];
}

export function useBatch(id: string) {
  return useQuery({
    queryKey: [...KEY, "batch", id],
    queryFn: ({ signal }) => api.get<BatchData>(`/api/coupons/batches/${id}`, {}, signal),
    refetchInterval: (query) =>
      query.state.data?.issuances.some((one) => one.state === "running" || one.state === "undoing") ? LOOK_MS : false,
  });
}

export function useCodes(id: number, state: string, cursor: number | undefined) {
  return useQuery({
    queryKey: [...KEY, "codes", id, state, cursor],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.get<{ items: readonly CodeRow[]; next_cursor: number | null }>(
        `/api/coupons/batches/${id}/codes`,
        { state, cursor, limit: 50 },
        signal,
      ),
  });
}

export function useIssuance(id: number) {
  return useQuery({
    queryKey: [...KEY, "issuance", id],
    queryFn: ({ signal }) =>
      api.get<{
        issuance: Issuance;
        states: readonly { state: string; coupons: number }[];
        used: readonly UsedCoupon[];
        next_after: number | null;
      }>(`/api/coupons/issuances/${id}`, {}, signal),
  });
}

export interface TryBasket {
  readonly lines: readonly {
    readonly line_id: string;
    readonly sku: string;
    readonly categories: readonly string[];
    readonly quantity: number;
    readonly unit_price_minor: number;
    readonly amount_minor: number;
  }[];
  readonly freight_minor: number;
  readonly store_code: string | null;
  readonly channel: string;
  readonly currency: string;
}

export interface Tried {
  readonly lines: readonly {
    readonly line_id: string;
    readonly amount_minor: number;
    readonly discount_minor: number;
    readonly payable_minor: number;
  }[];
  readonly freight: { readonly amount_minor: number; readonly discount_minor: number };
  readonly discount_minor: number;
  readonly payable_minor: number;
  readonly coupons: readonly {
    readonly coupon: string;
    readonly coupon_zh: string;
    readonly coupon_en: string;
    readonly outcome: "applied" | "rejected";
    readonly base_minor?: number;
    readonly discount_minor?: number;
    readonly limited_by?: string | null;
    readonly reason?: Said & { readonly code: string };
  }[];
}

/** What the coupon as it is edited does to the basket as it is typed. */
export function useTried(coupons: readonly Definition[], basket: TryBasket, tier: string, enabled: boolean) {
  const body = { coupons, basket, member: tier === "" ? null : { tier, segments: [] } };
  return useQuery({
    queryKey: [...KEY, "try", body],
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) => api.post<Tried>("/api/coupons/try", body, signal),
  });
}

export function useChecked(definition: Definition, enabled: boolean) {
  return useQuery({
    queryKey: [...KEY, "check", definition],
    enabled,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      api.post<Said & { problems: readonly Problem[] }>("/api/coupons/check", definition, signal),
  });
}

/** An act on coupons: says that it is done, and everything shown is asked for anew. */
export const useCouponAct = <Input, Answer>(
  act: (input: Input) => Promise<Answer>,
  said: { readonly done: string; readonly onDone?: (answer: Answer) => void },
) => useAct(KEY, act, said);
