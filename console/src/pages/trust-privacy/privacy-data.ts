import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export const KINDS = [
  "access",
  "copy",
  "correct",
  "delete",
  "withdraw",
  "refuse_profiling",
  "allow_profiling",
  "explain",
] as const;
export type Kind = (typeof KINDS)[number];
export const GROUNDS = ["identity_not_proved", "required_by_law", "others_rights", "repeated", "not_held"] as const;
export type State = "received" | "verified" | "running" | "done" | "refused" | "cancelled";
export const LISTS = ["open", "overdue", "closed", "all"] as const;
export type List = (typeof LISTS)[number];

export interface RightsRequest {
  readonly request_id: number;
  readonly kind: Kind;
  readonly state: State;
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly home_store: string | null;
  readonly via: string;
  readonly wish: {
    readonly field?: string;
    readonly consents?: readonly { purpose: string; medium: string }[];
    readonly about?: string;
  };
  readonly received_at: string;
  readonly due_day: string;
  readonly days_left: number | null;
  readonly verified_at: string | null;
  readonly verified_how: string | null;
  readonly verified_details: readonly string[];
  readonly closed_at: string | null;
  readonly refusal_ground: string | null;
  readonly refusal_reason: string | null;
  readonly job_id: string | null;
  readonly has_proof: boolean;
}

export interface Queue {
  readonly today: string;
  readonly counts: {
    readonly open: number;
    readonly overdue: number;
    readonly due_soon: number;
    readonly closed: number;
    readonly late: number;
  };
  readonly items: readonly RightsRequest[];
  readonly more: boolean;
}

export interface Correction {
  readonly field: string;
  readonly before: string | null;
  readonly made_at: string;
  readonly undo_until: string;
  readonly keep_until: string;
  readonly undone_at: string | null;
  readonly undone_reason: string | null;
  readonly may_undo: boolean;
}

export interface OneRequest extends RightsRequest {
  readonly correction: Correction | null;
  readonly value: string | null;
  readonly answer: string | null;
  readonly outcome: Readonly<Record<string, unknown>> | null;
  readonly steps: readonly {
    readonly at: string;
    readonly step: string;
    readonly person_id: number | null;
    readonly detail: Readonly<Record<string, unknown>>;
  }[];
}

const KEY = ["privacy"] as const;
/** Jobs end requests by themselves. */
const REFRESH_MS = 10_000;
const RUNNING_MS = 1_500;

export function useQueue(state: List, kind: Kind | "") {
  return useQuery({
    queryKey: [...KEY, "queue", state, kind],
    queryFn: ({ signal }) => api.get<Queue>("/api/privacy/requests", { state, kind }, signal),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  });
}

export function useMemberRequests(memberId: string, enabled: boolean) {
  return useQuery({
    queryKey: [...KEY, "member", memberId],
    queryFn: ({ signal }) =>
      api.get<Queue>("/api/privacy/requests", { state: "all", member_id: Number(memberId) }, signal),
    enabled,
  });
}

export function useRequest(requestId: string) {
  return useQuery({
    queryKey: [...KEY, "request", requestId],
    queryFn: ({ signal }) => api.get<OneRequest>(`/api/privacy/requests/${requestId}`, {}, signal),
    refetchInterval: (query) => (query.state.data?.state === "running" ? RUNNING_MS : false),
  });
}

/** One act on a request; what it changes is read again. */
export function useAct(requestId: number, onDone?: () => void) {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      act,
      body,
    }: {
      act: "identity" | "handle" | "refuse" | "cancel" | "link" | "undo";
      body?: unknown;
    }) =>
      api.post<{ state?: State; address?: string; expires_at?: string }>(
        `/api/privacy/requests/${requestId}/${act}`,
        body ?? {},
      ),
    onSuccess: async () => {
      onDone?.();
      await client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => {
      sayError(error, t("state.offline"));
      void client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export interface Filing {
  readonly kind: Kind;
  readonly member_id: number;
  readonly via: string;
  readonly field?: string;
  readonly value?: string;
  readonly consents?: readonly { purpose: string; medium: string }[];
}

export function useFile(onFiled: (requestId: number) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (filing: Filing) => api.post<{ request_id: number }>("/api/privacy/requests", filing),
    onSuccess: async ({ request_id }) => {
      await client.invalidateQueries({ queryKey: KEY });
      onFiled(request_id);
    },
  });
}
