import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export interface Actual {
  readonly value: string | null;
  readonly zh: string;
  readonly en: string;
}

/** One part of a condition, judged for one member; `path` is indexes of parts from the top, "2.0". */
export interface Explained {
  readonly path: string;
  readonly kind: "and" | "or" | "not" | "segment" | "condition";
  readonly holds: boolean;
  readonly zh: string;
  readonly en: string;
  readonly actual?: Actual;
  readonly parts: readonly Explained[];
}

export interface Explanation {
  readonly member_id: number;
  readonly holds: boolean;
  readonly business_day: string;
  readonly as_of: string;
  readonly root: Explained;
}

/** Why a member meets a condition (as JSON text) or does not. */
export function useExplanation(condition: string, memberId: string) {
  return useQuery({
    queryKey: ["segments", "explain", condition, memberId],
    enabled: condition !== "" && /^\d{1,15}$/.test(memberId),
    queryFn: ({ signal }) =>
      api.post<Explanation>(
        "/api/segments/explain",
        { condition: JSON.parse(condition), member_id: Number(memberId) },
        signal,
      ),
    retry: false,
  });
}
