import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useAct } from "../../parts/act.ts";

export interface Definition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly points: number;
  readonly cash_minor: number;
  readonly currency: string;
  readonly member_max: number | null;
  readonly tiers: readonly string[];
  readonly needs: string | null;
}
export type RewardState = "in_force" | "scheduled" | "withdrawn" | "ended" | "draft";

interface Said {
  readonly zh: string;
  readonly en: string;
}
export interface Reward extends Said {
  readonly reward: string;
  readonly state: RewardState;
  readonly name_zh: string;
  readonly name_en: string;
  readonly definition: Definition;
  readonly version: number | null;
  readonly has_draft: boolean;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly stock: number;
  readonly held: number;
  readonly given: number;
  readonly left: number;
  readonly orders: number;
  readonly waiting: number;
  readonly fulfilled: number;
  readonly points: number;
  readonly cash_minor: number;
}
export interface Problem extends Said {
  readonly path: string;
  readonly code: string;
}
export interface Version extends Said {
  readonly version: number;
  readonly first_day: string;
  readonly last_day: string | null;
  readonly saved_at: string;
}
export interface Move {
  readonly move_id: number;
  readonly kind: "added" | "taken" | "lost";
  readonly units: number;
  readonly stock_after: number;
  readonly reason: string;
  readonly order_id: number | null;
  readonly moved_at: string;
}
export interface RewardData {
  readonly reward: Reward;
  readonly draft: (Said & { readonly definition: Definition; readonly problems: readonly Problem[] }) | null;
  readonly versions: readonly Version[];
  readonly moves: readonly Move[];
}

export const ORDER_STATES = ["confirmed", "held", "fulfilled", "cancelled", "returned"] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export interface Order {
  readonly order_id: number;
  readonly reward: string;
  readonly name_zh: string;
  readonly name_en: string;
  readonly currency: string;
  readonly state: OrderState;
  readonly points: number;
  readonly cash_minor: number;
  readonly is_first: boolean;
  readonly until_at: string;
  readonly store_code: string | null;
  readonly shipment: string | null;
  readonly reason: string | null;
  readonly made_at: string;
  readonly fulfilled_at: string | null;
  readonly member_id: number | null;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly home_store: string | null;
}

const KEY = ["rewards"] as const;

export function useRewards() {
  return useQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ signal }) => api.get<{ items: readonly Reward[] }>("/api/rewards", {}, signal),
  });
}

export function useReward(key: string, enabled = true) {
  return useQuery({
    queryKey: [...KEY, "one", key],
    enabled,
    queryFn: ({ signal }) => api.get<RewardData>(`/api/rewards/${encodeURIComponent(key)}`, {}, signal),
  });
}

export function useChecked(definition: Definition) {
  return useQuery({
    queryKey: [...KEY, "check", definition],
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      api.post<{ zh: string | null; en: string | null; problems: readonly Problem[] }>(
        "/api/rewards/check",
        definition,
        signal,
      ),
  });
}

export interface OrderFilter {
  readonly state: string;
  readonly reward: string;
  readonly from: string;
  readonly to: string;
}

export function useOrders(filter: OrderFilter) {
  return useInfiniteQuery({
    queryKey: [...KEY, "orders", filter],
    initialPageParam: "",
    placeholderData: keepPreviousData,
    queryFn: ({ signal, pageParam }) =>
      api.get<{
        items: readonly Order[];
        counts: Readonly<Record<OrderState, number>>;
        next_cursor: string | null;
      }>("/api/rewards/orders", { ...filter, cursor: pageParam }, signal),
    getNextPageParam: (last) => last.next_cursor,
  });
}

/** An act on rewards or their orders: says that it is done, and everything shown is asked for anew. */
export const useRewardAct = <Input, Answer>(
  act: (input: Input) => Promise<Answer>,
  said: { readonly done: string; readonly onDone?: (answer: Answer) => void },
) => useAct(KEY, act, said);
