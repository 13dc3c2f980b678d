import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export const VERDICTS = ["keep", "change", "remove"] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Review {
  readonly review_id: number;
  readonly made_by: string;
  readonly made_at: string;
  readonly signed_by: string | null;
  readonly signed_at: string | null;
  readonly lines: number;
  readonly judged: number;
  /** Lines to be changed or taken away, and how many of them still are as they were. */
  readonly to_do: number;
  readonly undone: number;
}

export interface Reviews {
  readonly items: readonly Review[];
  /** When the open one is to be signed, or the next one to be begun. */
  readonly due_at: string;
  readonly overdue: boolean;
}

export interface Line {
  readonly line: number;
  readonly person_id: number | null;
  readonly client_id: number | null;
  readonly name: string;
  readonly role: string;
  readonly permissions: readonly string[];
  readonly stores: readonly string[] | null;
  readonly disabled: boolean;
  readonly last_seen_at: string | null;
  readonly idle: boolean;
  readonly has_factor: boolean | null;
  readonly changed: boolean;
  readonly expires_at: string | null;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
  readonly judge: string | null;
  readonly judged_at: string | null;
  readonly owner: string | null;
  readonly own: boolean;
  readonly done: boolean | null;
}

const KEY = ["access-reviews"] as const;
const lineKey = (review_id: string) => [...KEY, review_id] as const;

export function useReviews() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<Reviews>("/api/access-reviews", {}, signal),
    staleTime: 0,
  });
}

export function useLines(review_id: string) {
  return useQuery({
    queryKey: lineKey(review_id),
    queryFn: ({ signal }) => api.get<{ lines: readonly Line[] }>(`/api/access-reviews/${review_id}`, {}, signal),
    // whether something has been done changes on other pages
    staleTime: 0,
  });
}

/** What makes a line worth a second look. */
export function standsOut({ idle, has_factor, changed, disabled }: Line): boolean {
  return idle || has_factor === false || changed || disabled;
}

export function useBegin() {
  const t = useTexts("access-reviews");
  const client = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: () => api.post<{ review_id: number }>("/api/access-reviews"),
    onSuccess: async ({ review_id }) => {
      await client.invalidateQueries({ queryKey: KEY });
      await navigate(`/trust/reviews/${review_id}`);
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** Says of one line whether the access stays; the words of a refusal stand where they were typed. */
export function useJudge(review_id: string, onDone: (line: number) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ line, ...judged }: { line: number; verdict: Verdict; reason?: string }) =>
      api.put(`/api/access-reviews/${review_id}/lines/${line}`, judged),
    onSuccess: async (_, { line }) => {
      await client.invalidateQueries({ queryKey: KEY });
      onDone(line);
    },
  });
}

export function useSign(review_id: string, onDone: () => void) {
  const t = useTexts("access-reviews");
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.post(`/api/access-reviews/${review_id}/sign`),
    onSuccess: () => {
      say(t("signed_now"));
      onDone();
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}
