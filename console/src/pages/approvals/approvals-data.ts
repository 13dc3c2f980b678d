import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { APPROVALS_KEY } from "../../api/approvals.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export type ApprovalState = "waiting" | "approved" | "done" | "refused" | "withdrawn" | "expired";

export interface Approval {
  readonly approval_id: number;
  readonly state: ApprovalState;
  readonly permission: string;
  readonly level: string;
  readonly words_zh: string;
  readonly words_en: string;
  readonly reason: string;
  readonly requester_id: number;
  readonly requester: string;
  readonly asked_at: string;
  readonly expires_at: string;
  readonly approver: string | null;
  readonly decided_at: string | null;
  readonly comment: string | null;
  readonly alone: boolean;
  readonly executed_at: string | null;
  readonly waiting_for: readonly string[];
  readonly may_alone: boolean;
}

interface Page {
  readonly items: readonly Approval[];
  readonly next_cursor: number | null;
}

export type Tab = "for_me" | "mine" | "history";

/** What waits for me, whole: nobody leaves hundreds of colleagues waiting. */
export function useForMe(enabled: boolean) {
  return useQuery({
    queryKey: [...APPROVALS_KEY, "for_me"],
    enabled,
    queryFn: ({ signal }) => api.get<{ items: readonly Approval[] }>("/api/approvals", {}, signal),
  });
}

/** My own requests, or the history of all, newest first. */
export function usePages(tab: "mine" | "history", enabled: boolean) {
  return useInfiniteQuery({
    queryKey: [...APPROVALS_KEY, tab],
    enabled,
    initialPageParam: null as number | null,
    queryFn: ({ pageParam, signal }) => api.get<Page>(`/api/approvals/${tab}`, { cursor: pageParam }, signal),
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** An act on a request; afterwards every list and the count are fetched again. */
function useAct<Input>(run: (input: Input) => Promise<unknown>, done: string, refusal: "said" | "shown") {
  const t = useTexts("approvals");
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: () => say(t(done)),
    onError: (error) => {
      if (refusal === "said") sayError(error, t("shared:state.offline"));
    },
    onSettled: () => client.invalidateQueries({ queryKey: APPROVALS_KEY }),
  });
}

export const useDecide = () =>
  useAct(
    ({ id, ...decision }: { id: number; decision: "approved" | "refused"; comment: string }) =>
      api.post(`/api/approvals/${id}/decide`, decision),
    "decided",
    "shown",
  );
export const useWithdraw = () =>
  useAct((id: number) => api.post(`/api/approvals/${id}/withdraw`), "withdrawn_done", "said");
export const useExecute = () =>
  useAct((id: number) => api.post(`/api/approvals/${id}/execute`), "executed_done", "said");
