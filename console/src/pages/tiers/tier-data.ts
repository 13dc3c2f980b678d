import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import type { MemberRow } from "../members/member-data.ts";
import { formatCount, formatMoney } from "../../texts/format.ts";
import type { Translate } from "../../texts/texts.ts";

export interface Benefit {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export interface TierStep {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly from?: { readonly at_least?: number; readonly above?: number };
  readonly renew_at_least?: number;
  readonly benefits: readonly Benefit[];
}

export interface Ladder {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly measure: {
    readonly kind: "net_spend" | "points";
    readonly cap_per_order_minor?: number;
    readonly parts?: readonly {
      readonly key: string;
      readonly zh: string;
      readonly en: string;
      readonly expression: unknown;
    }[];
  };
  readonly currency: string;
  readonly window: { readonly kind: "calendar_year" | "anniversary" | "rolling"; readonly days?: number };
  readonly grace_days: number;
  readonly downgrade: "one_step" | "to_earned";
  readonly tiers: readonly TierStep[];
}

export interface TierRow {
  readonly tier: string;
  readonly rank: number;
  readonly zh: string;
  readonly en: string;
  readonly benefits: readonly Benefit[];
  readonly entry_amount: number;
  readonly renewal_amount: number;
  readonly members: number;
  readonly granted: number;
  readonly qualifying: number;
  readonly spend_minor: number;
  readonly buyers: number;
  readonly repeat_buyers: number;
}

export interface ByTier {
  readonly tier: string;
  readonly members: number;
  readonly amount: number;
}

export interface Overview {
  readonly state: "ready";
  readonly ladder: string;
  readonly version: number;
  readonly definition: Ladder;
  readonly today: string;
  readonly marked: number;
  readonly difference: number | null;
  readonly full_at: string | null;
  readonly members: number;
  readonly coverage: { readonly exactly_one: number; readonly without: number; readonly strangers: number };
  readonly tiers: readonly TierRow[];
  readonly near: { readonly within: number; readonly by_tier: readonly ByTier[] };
  readonly fall: { readonly by_tier: readonly ByTier[] };
  readonly moved: { readonly since_day: string; readonly up: number; readonly down: number };
}

export interface Standing {
  readonly tier: string;
  readonly qualifying: number;
  readonly missing: number | null;
  readonly next_tier: string | null;
  readonly to_keep: number | null;
  readonly falls_to: string | null;
  readonly decided_on: string | null;
  readonly valid_until: string | null;
  readonly from_tier: string | null;
  readonly reason: string | null;
  readonly moved_on: string | null;
  readonly is_manual: boolean;
}
export type ListedMember = MemberRow & { readonly standing: Standing };

export interface Move {
  readonly from_rank: number;
  readonly to_rank: number;
  readonly direction: -1 | 0 | 1;
  readonly members: number;
  readonly spend_minor: number;
  readonly examples: readonly { readonly member_id: number; readonly name_masked: string | null }[];
}

export interface WhatIf {
  readonly day: string;
  readonly members: number;
  readonly up: number;
  readonly down: number;
  readonly same: number;
  readonly moves: readonly Move[];
  readonly tiers: readonly { readonly rank: number; readonly members: number; readonly spend_minor: number }[];
}

export interface LadderVersion {
  readonly ladder: string;
  readonly version: number;
  readonly definition: Ladder;
  readonly origin: "shipped" | "console";
  readonly created_at: string;
  readonly activated_at: string | null;
}

export interface StageCell {
  readonly rank: number;
  readonly stage: string | null;
  readonly members: number;
  readonly treatments: number;
}

export function useTiers(within: number | undefined) {
  return useQuery({
    queryKey: ["tiers", within],
    queryFn: ({ signal }) => api.get<Overview | { state: "none" }>("/api/tiers", { within }, signal),
    placeholderData: (before) => before,
    staleTime: 15_000,
  });
}

export function useStages() {
  return useQuery({
    queryKey: ["tiers", "coverage"],
    queryFn: ({ signal }) =>
      api.get<{ members: number; treated: number; cells: readonly StageCell[] }>("/api/tiers/coverage", {}, signal),
    staleTime: 60_000,
  });
}

export function useLadders() {
  return useQuery({
    queryKey: ["tiers", "ladders"],
    queryFn: ({ signal }) =>
      api.get<{
        items: readonly (Omit<LadderVersion, "activated_at"> & { readonly versions: number })[];
        in_force: { ladder: string; version: number } | null;
      }>("/api/tiers/ladders", {}, signal),
  });
}

export function useLadder(key: string) {
  return useQuery({
    queryKey: ["tiers", "ladders", key],
    queryFn: ({ signal }) =>
      api.get<{ versions: readonly LadderVersion[]; in_force: number | null }>(`/api/tiers/ladders/${key}`, {}, signal),
  });
}

/** An amount of a ladder in words: money, or points. `short` leaves out cents that are none. */
export function amountText(
  ladder: { readonly measure: { readonly kind: string }; readonly currency: string },
  amount: number,
  t: Translate,
  short = false,
): string {
  if (ladder.measure.kind === "points") return t("points", { n: formatCount(amount) });
  const text = formatMoney(amount, ladder.currency);
  return short && amount % 100 === 0 ? text.replace(/\.00$/, "") : text;
}

/** "≥ ¥5,000" or "> ¥50,000". */
export function entryText(ladder: Ladder, rank: number, t: Translate): string {
  const from = ladder.tiers[rank]?.from;
  if (from === undefined) return t("everyone");
  if (from.above !== undefined) return `> ${amountText(ladder, from.above, t, true)}`;
  return `≥ ${amountText(ladder, from.at_least ?? 0, t, true)}`;
}

/** The window of a ladder in words. */
export function windowText(ladder: Ladder, t: Translate): string {
  return t(`window.${ladder.window.kind}`, { n: ladder.window.days ?? 0 });
}
