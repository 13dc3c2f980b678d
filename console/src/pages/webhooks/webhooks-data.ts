import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export interface Endpoint {
  readonly endpoint_id: number;
  readonly name: string;
  readonly address_shown: string;
  readonly kinds: readonly string[];
  readonly state: "on" | "paused" | "disabled";
  readonly disabled_why: "gone" | "exhausted" | null;
  readonly failing_since: string | null;
  readonly last_ok_at: string | null;
  readonly secret_before_until: string | null;
  readonly waiting: number;
  readonly delivered_day: number;
  readonly failed_day: number;
}

export interface EventKind {
  readonly kind: string;
  readonly zh: string;
  readonly en: string;
  readonly example: unknown;
}

export type Outcome = "arrived" | "gone" | "refused" | "redirected" | "no_answer" | "not_sent" | "address";

export interface Delivery {
  readonly delivery_id: number;
  readonly webhook_id: string;
  readonly kind: string;
  readonly state: "waiting" | "sending" | "delivered" | "failed";
  readonly attempts: number;
  readonly rounds: number;
  readonly next_try_at: string;
  readonly occurred_at: string;
  readonly last_status: number | null;
  readonly last_outcome: Outcome | null;
  readonly last_latency_ms: number | null;
}

export interface DeliveryDetail {
  readonly data: unknown;
  readonly attempts: readonly {
    readonly round: number;
    readonly attempt: number;
    readonly at: string;
    readonly status: number | null;
    readonly outcome: Outcome;
    readonly latency_ms: number;
    readonly answer_bytes: number;
  }[];
}

const KEY = ["webhooks"] as const;
const LOOK_EVERY_MS = 10_000;
const base = (endpoint_id: number) => `/api/webhooks/endpoints/${endpoint_id}`;

export function useEndpoints() {
  return useQuery({
    queryKey: [...KEY, "endpoints"],
    queryFn: ({ signal }) => api.get<{ items: readonly Endpoint[] }>("/api/webhooks/endpoints", {}, signal),
    refetchInterval: LOOK_EVERY_MS,
  });
}

export function useKinds() {
  return useQuery({
    queryKey: [...KEY, "kinds"],
    queryFn: ({ signal }) => api.get<{ items: readonly EventKind[] }>("/api/webhooks/kinds", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useDeliveries(endpoint_id: number, state: string) {
  return useInfiniteQuery({
    queryKey: [...KEY, "deliveries", endpoint_id, state],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      api.get<{ items: readonly Delivery[]; next_cursor: number | null }>(
        `${base(endpoint_id)}/deliveries`,
        { state: state === "all" ? undefined : state, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_EVERY_MS,
  });
}

export function useDelivery(endpoint_id: number, delivery_id: number) {
  return useQuery({
    queryKey: [...KEY, "delivery", endpoint_id, delivery_id],
    queryFn: ({ signal }) => api.get<DeliveryDetail>(`${base(endpoint_id)}/deliveries/${delivery_id}`, {}, signal),
  });
}

/** An act on an endpoint; afterwards everything of webhooks is looked at anew. @param quiet the caller shows why it was refused */
function useAct<Input, Answer>(
  run: (input: Input) => Promise<Answer>,
  onDone: (answer: Answer) => void,
  quiet = false,
) {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (answer) => {
      onDone(answer);
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => {
      if (!quiet) sayError(error, t("state.offline"));
    },
  });
}

export interface Draft {
  readonly name: string;
  readonly address?: string;
  readonly kinds: readonly string[];
}

export const useSave = (endpoint_id: number | null, onDone: (secret: string | null) => void) =>
  useAct(
    async (draft: Draft) =>
      endpoint_id === null
        ? (await api.post<{ secret: string }>("/api/webhooks/endpoints", draft)).secret
        : api.patch(base(endpoint_id), draft).then(() => null),
    onDone,
    true,
  );
export const useTurn = (endpoint_id: number, onDone: () => void) =>
  useAct((on: boolean) => api.patch(base(endpoint_id), { on }), onDone);
export const useRemove = (endpoint_id: number, onDone: () => void) =>
  useAct<undefined, unknown>(() => api.delete(base(endpoint_id)), onDone);
export const useNewSecret = (endpoint_id: number, onDone: (secret: string) => void) =>
  useAct(
    async (overlap_hours: number) =>
      (await api.post<{ secret: string }>(`${base(endpoint_id)}/secret`, { overlap_hours })).secret,
    onDone,
  );

export interface Tested {
  readonly outcome: Outcome | null;
  readonly status: number | null;
  readonly latency_ms: number | null;
}
export const useTest = (endpoint_id: number, onDone: (tested: Tested) => void) =>
  useAct<undefined, Tested>(() => api.post<Tested>(`${base(endpoint_id)}/test`), onDone);
export const useSendAgain = (endpoint_id: number, onDone: () => void) =>
  useAct((delivery_id: number) => api.post(`${base(endpoint_id)}/deliveries/${delivery_id}/replay`), onDone);
export const useReplay = (endpoint_id: number, onDone: (deliveries: number) => void) =>
  useAct(
    async (period: { from: string; to: string; failed_only: boolean }) =>
      (await api.post<{ deliveries: number }>(`${base(endpoint_id)}/replay`, period)).deliveries,
    onDone,
    true,
  );
