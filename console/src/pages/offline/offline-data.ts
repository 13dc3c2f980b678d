import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export type State = "open" | "settled";
export type Act = "post" | "drop";

/** A burn of an offline till that a person has to look at, or has settled. */
export interface Exception {
  readonly burn_id: number;
  readonly receipt: string;
  readonly till: string;
  readonly store_code: string;
  readonly member_id: number;
  readonly points: number;
  readonly posted: number;
  readonly debt: number;
  readonly at: string;
  readonly reason: { readonly zh: string; readonly en: string } | null;
  readonly may_post: boolean;
  readonly settled_act: Act | null;
  readonly settled_reason: string | null;
  readonly settled_by: string | null;
  readonly settled_at: string | null;
}

export interface Rules {
  readonly till_points: number;
  readonly member_points: number;
  readonly hours: number;
  readonly shortfall: "debt" | "refuse";
}

const KEY = "offline-exceptions";
const RULES = ["offline-rules"] as const;

export function useExceptions(state: State) {
  return useInfiniteQuery({
    queryKey: [KEY, state],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly Exception[]; next: number | null }>(
        "/api/points/offline/exceptions",
        { state, ...(pageParam === 0 ? {} : { before: pageParam }) },
        signal,
      ),
    getNextPageParam: (last) => last.next,
  });
}

export function useSettle(burn_id: number, onDone: () => void) {
  const t = useTexts("offline");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ act, reason }: { act: Act; reason: string }) =>
      api.post(`/api/points/offline/exceptions/${burn_id}/settle`, { act, reason }),
    onSuccess: async () => {
      say(t("done.settled"));
      onDone();
      await client.invalidateQueries({ queryKey: [KEY] });
    },
  });
}

export function useRules() {
  return useQuery({
    queryKey: RULES,
    queryFn: ({ signal }) => api.get<Rules>("/api/points/offline/rules", {}, signal),
  });
}

export function useSaveRules() {
  const t = useTexts("offline");
  const client = useQueryClient();
  return useMutation({
    mutationFn: (rules: Rules) => api.put<Rules>("/api/points/offline/rules", rules),
    onSuccess: async () => {
      say(t("done.saved"));
      await client.invalidateQueries({ queryKey: RULES });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}
