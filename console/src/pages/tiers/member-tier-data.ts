import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { Ladder, TierStep } from "./tier-data.ts";

export interface Grant {
  readonly grant_id: number;
  readonly tier: string;
  readonly from_day: string;
  readonly until_day: string;
  readonly reason: string;
  readonly state: "waiting" | "in_force" | "ended";
  readonly end_reason: string | null;
}

export interface Change {
  readonly history_id: number;
  readonly number: number;
  readonly ladder: string;
  readonly from_tier: string | null;
  readonly to_tier: string;
  readonly direction: number;
  readonly day: string;
  readonly reason: string;
  readonly evidence: {
    readonly qualifying?: number;
    readonly closed?: number;
    readonly entry?: number;
    readonly measure?: "net_spend" | "points";
  };
}

export interface MemberTier {
  readonly state: "ready";
  readonly ladder: { readonly key: string; readonly zh: string; readonly en: string; readonly version: number };
  readonly measure: "net_spend" | "points";
  readonly window: Ladder["window"];
  readonly currency: string;
  readonly grace_days: number;
  readonly tiers: readonly TierStep[];
  readonly today: string;
  readonly standing: {
    readonly tier: string;
    readonly tier_rank: number;
    readonly since_day: string | null;
    readonly valid_until: string | null;
    readonly qualifying_minor: number;
    readonly next_tier: string | null;
    readonly to_next_minor: number | null;
    readonly is_manual: boolean;
    readonly to_keep_minor: number | null;
  };
  readonly grants: readonly Grant[];
  readonly history: readonly Change[];
}

/** A member's tier with its progress; also for people who may not see the ladder's page. */
export function useMemberTier(memberId: string) {
  return useQuery({
    queryKey: ["members", "tier", memberId],
    queryFn: ({ signal }) => api.get<MemberTier | { state: "none" }>(`/api/members/${memberId}/tier`, {}, signal),
    staleTime: 15_000,
  });
}
