import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { Tone } from "../../parts/chips.tsx";
import type { MemberRow } from "../members/member-data.ts";

export type ReviewState = "not_issued" | "unreviewed" | "reviewing" | "too_few" | "passed" | "failed";
export type Verdict = "right" | "wrong" | "unknown";

export interface ReviewFigures {
  readonly sampled: number;
  readonly judged: number;
  readonly right: number;
  readonly right_bp: number | null;
  readonly lower_bp: number | null;
}
export interface TagAccuracy extends ReviewFigures {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly state: ReviewState;
  readonly review_id: number | null;
  readonly outdated: boolean;
  readonly coverage_bp: number | null;
  readonly reviewed_at: string | null;
}
export interface Accuracies {
  readonly passed: number;
  readonly tags: number;
  readonly pass_bp: number;
  readonly issued_coverage_bp: number;
  readonly items: readonly TagAccuracy[];
}
interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface ReviewItem {
  readonly place: number;
  readonly value: string;
  readonly display: Words;
  readonly why: Words;
  readonly verdict: Verdict | null;
  readonly person_name: string | null;
  readonly member_id: number;
  readonly member: MemberRow | null;
}
export interface ReviewDetail extends ReviewFigures {
  readonly review_id: number;
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly day: string;
  readonly population: number;
  readonly person_name: string | null;
  readonly created_at: string;
  readonly outdated: boolean;
  readonly state: ReviewState;
  readonly coverage_bp: number | null;
  readonly reviewers: readonly { readonly person_name: string | null; readonly judged: number }[];
  readonly items: readonly ReviewItem[];
}

export const STATE_TONES: Readonly<Record<ReviewState, Tone>> = {
  passed: "good",
  failed: "bad",
  reviewing: "info",
  too_few: "warn",
  unreviewed: "neutral",
  not_issued: "warn",
};

export function useAccuracies() {
  return useQuery({
    queryKey: ["tags", "reviews"],
    queryFn: ({ signal }) => api.get<Accuracies>("/api/tags/reviews", {}, signal),
    staleTime: 30_000,
  });
}

export const reviewKey = (id: string) => ["tags", "reviews", id] as const;

export function useReview(id: string) {
  return useQuery({
    queryKey: reviewKey(id),
    queryFn: ({ signal }) => api.get<ReviewDetail>(`/api/tags/reviews/${encodeURIComponent(id)}`, {}, signal),
    refetchOnWindowFocus: true,
  });
}
