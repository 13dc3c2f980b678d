import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

/** One side of a join: the strongest identifier of a party. */
export interface Side {
  readonly party_id: number;
  readonly kind: string;
  readonly masked: string;
}

export interface Evidence {
  readonly kind: string;
  readonly masked: string;
}

export interface Join {
  readonly join_id: number;
  readonly at: string;
  readonly member_id: number;
  readonly parties?: readonly Side[];
  readonly rule: string | null;
  readonly rule_zh: string | null;
  readonly rule_en: string | null;
  readonly evidence: readonly Evidence[];
  readonly undoable: boolean;
  readonly undone_at: string | null;
}

export interface ConflictMember {
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly orders?: number;
  readonly joined_at?: string | null;
}

export interface Conflict {
  readonly conflict_id: number;
  readonly conflict: string;
  readonly conflict_zh: string;
  readonly conflict_en: string;
  /** A hard contradiction: the two can hardly be one person. */
  readonly hard: boolean;
  readonly found_at: string;
  readonly members: readonly ConflictMember[];
  readonly evidence: readonly Evidence[];
}

export interface QuarantinedValue {
  readonly kind: string;
  readonly masked: string;
  readonly holders: number;
  readonly since: string;
  readonly reason: string;
}

interface Page<Row> {
  readonly items: readonly Row[];
  readonly next_cursor?: string | number | null;
}

export function useJoins() {
  return useInfiniteQuery({
    queryKey: ["joins"],
    queryFn: ({ pageParam, signal }) => api.get<Page<Join>>("/api/joins", { cursor: pageParam }, signal),
    initialPageParam: null as string | number | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useConflicts() {
  return useInfiniteQuery({
    queryKey: ["conflicts"],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<Conflict> & { readonly open?: number }>(
        "/api/identity-conflicts",
        { state: "open", cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | number | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useQuarantined() {
  return useQuery({
    queryKey: ["quarantined"],
    queryFn: ({ signal }) => api.get<Page<QuarantinedValue>>("/api/identity-values/quarantined", {}, signal),
  });
}

/** Posts a decision about identities, says that it is done, and renews the lists. */
export function useDecision<Input>(send: (input: Input) => Promise<unknown>, doneKey: string) {
  const t = useTexts("identities");
  const client = useQueryClient();
  return useMutation({
    mutationFn: send,
    onSuccess: () => {
      say(t(doneKey));
      for (const key of ["joins", "conflicts", "today", "members", "member"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}
