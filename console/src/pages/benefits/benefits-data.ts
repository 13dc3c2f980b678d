import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useAct } from "../../parts/act.ts";

export type Audience =
  | { readonly kind: "everyone" }
  | { readonly kind: "segment"; readonly segment_id: number }
  | { readonly kind: "tiers"; readonly of: readonly { readonly ladder: string; readonly tiers: readonly string[] }[] };
export type Window = "day" | "month" | { readonly days_around: number };
export type Rhythm =
  | { readonly kind: "once" | "monthly" | "quarterly" }
  | { readonly kind: "birthday"; readonly window: Window };
export type Give =
  | { readonly kind: "coupon"; readonly coupon: string }
  | { readonly kind: "points"; readonly points: number; readonly valid_days: number | null; readonly budget?: string }
  | { readonly kind: "right"; readonly right: string }
  | { readonly kind: "points_rule"; readonly rule: string }
  | { readonly kind: "redemption" | "gift" | "invitation" };

export interface Definition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly audience: Audience;
  readonly rhythm: Rhythm;
  readonly give: Give;
  readonly usable_days: number | null;
  readonly remind_days: number | null;
  readonly cost_minor: number;
}

export interface Kept {
  readonly due: number;
  readonly granted: number;
  readonly fulfilled: number;
  readonly expired: number;
  readonly failed: number;
}
export type State = keyof Kept;
export const STATES = ["due", "granted", "fulfilled", "expired", "failed"] as const;
export const sumOf = (kept: Kept) => STATES.reduce((sum, state) => sum + kept[state], 0);

export type BenefitState = "in_force" | "scheduled" | "withdrawn" | "ended" | "draft";

export interface Head {
  readonly benefit: string;
  readonly state: BenefitState;
  readonly version: number;
  readonly name_zh: string;
  readonly name_en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly terms_zh: string;
  readonly terms_en: string;
  readonly definition: Definition;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly draft: number | null;
  readonly scheduled: { readonly version: number; readonly first_day: string } | null;
}

export interface Problem {
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export interface Reason {
  readonly reason: string;
  readonly reason_zh: string;
  readonly reason_en: string;
  readonly count: number;
}

export interface Version {
  readonly version: number;
  readonly definition: Definition;
  readonly terms_zh: string;
  readonly terms_en: string;
  readonly origin: "shipped" | "console";
  readonly saved_at: string;
  readonly published_at: string | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly withdrawn_from: string | null;
  readonly withdrawn_reason: string | null;
}

export interface BenefitData {
  readonly head: Head;
  readonly versions: readonly Version[];
  readonly problems: readonly Problem[];
  readonly months: readonly (Kept & { readonly month: string })[];
  readonly reasons: readonly Reason[];
}

export interface Cost {
  readonly members: number;
  readonly points: number;
  readonly coupons: number;
  readonly cost_minor: number;
}
export interface CalendarDay extends Cost {
  readonly day: string;
  readonly benefits: readonly (Cost & { readonly benefit: string })[];
}
export interface Calendar {
  readonly today: string;
  readonly last_day: string;
  readonly currency: string;
  readonly benefits: readonly (Cost & {
    readonly benefit: string;
    readonly name_zh: string;
    readonly name_en: string;
    readonly kind: Give["kind"];
  })[];
  readonly days: readonly CalendarDay[];
}

export interface Entitlement {
  readonly entitlement_id: number;
  readonly benefit: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly kind: Give["kind"];
  readonly by_hand: boolean;
  readonly period: string;
  readonly due_day: string;
  readonly last_day: string | null;
  readonly state: State;
  readonly reason: string | null;
  readonly reason_zh: string | null;
  readonly reason_en: string | null;
  readonly store_code: string | null;
  readonly note: string | null;
  readonly ended_at: string | null;
}
export interface Listed extends Entitlement {
  readonly member_id: number | null;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly home_store: string | null;
}

export interface ExpectedNext {
  readonly benefit: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly kind: Give["kind"];
  readonly due_day: string;
  readonly last_day: string | null;
}

const KEY = ["benefits"] as const;

export function useBenefits() {
  return useQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ signal }) =>
      api.get<{ from_day: string; items: readonly (Head & { kept: Kept })[] }>("/api/benefits", {}, signal),
  });
}

export function useRate() {
  return useQuery({
    queryKey: [...KEY, "rate"],
    queryFn: ({ signal }) =>
      api.get<{
        from_day: string;
        all: Kept;
        unkept: number;
        items: readonly (Kept & { benefit: string; reasons: readonly Reason[] })[];
      }>("/api/benefits/rate", {}, signal),
  });
}

export function useCalendar() {
  return useQuery({
    queryKey: [...KEY, "calendar"],
    queryFn: ({ signal }) => api.get<Calendar>("/api/benefits/calendar", {}, signal),
  });
}

export function useBenefit(key: string, enabled = true) {
  return useQuery({
    queryKey: [...KEY, "one", key],
    enabled,
    queryFn: ({ signal }) => api.get<BenefitData>(`/api/benefits/${encodeURIComponent(key)}`, {}, signal),
  });
}

export function useChecked(definition: Definition) {
  return useQuery({
    queryKey: [...KEY, "check", definition],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      api.post<{ terms_zh: string | null; terms_en: string | null; problems: readonly Problem[] }>(
        "/api/benefits/check",
        definition,
        signal,
      ),
  });
}

export interface FulfilmentFilter {
  readonly state: string;
  readonly benefit: string;
  readonly from: string;
  readonly to: string;
}

export function useFulfilment(filter: FulfilmentFilter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "fulfilment", filter],
    initialPageParam: "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal, pageParam }) =>
      api.get<{ items: readonly Listed[]; counts: Kept; next_cursor: string | null }>(
        "/api/benefits/fulfilment",
        { ...filter, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (last) => last.next_cursor,
  });
}

export function useMemberBenefits(memberId: string) {
  return useQuery({
    queryKey: [...KEY, "member", memberId],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly Entitlement[]; expected: readonly ExpectedNext[] }>(
        `/api/members/${memberId}/benefits`,
        {},
        signal,
      ),
  });
}

export interface MemberCoupon {
  readonly issued_id: number;
  readonly coupon: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly zh: string;
  readonly en: string;
  readonly state: string;
  readonly last_day: string | null;
}

export function useMemberCoupons(memberId: string) {
  return useQuery({
    queryKey: ["coupons", "member", memberId],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly MemberCoupon[] }>(`/api/members/${memberId}/coupons`, {}, signal),
  });
}

/** An act on benefits: says that it is done, and everything shown is asked for anew. */
export const useBenefitAct = <Input, Answer>(
  act: (input: Input) => Promise<Answer>,
  said: { readonly done: string; readonly onDone?: (answer: Answer) => void },
) => useAct(KEY, act, said);
