import {
  type InfiniteData,
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useQuery,
} from "@tanstack/react-query";
import { api } from "../../api/client.ts";

/** One member in a list, as every list of members shows it: masked on the server. */
export interface MemberRow {
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly home_store: string | null;
  readonly city: string | null;
  readonly joined_at: string | null;
  readonly last_order_at: string | null;
  readonly orders: number;
  readonly net_fen: number;
  readonly sources: number;
  readonly flags: readonly string[];
  readonly matched_by?: readonly { readonly kind: string; readonly masked: string }[];
}

export interface MemberPage {
  readonly items: readonly MemberRow[];
  readonly next_cursor: string | null;
  readonly total?: number | null;
  /** False where the total is an estimate. */
  readonly total_exact?: boolean;
}

export type UnderstoodAs = "phone" | "phone_last4" | "card_no" | "mall_id" | "email" | "name" | "surname" | "member_id";

export interface SearchAnswer {
  readonly understood_as: UnderstoodAs | null;
  readonly items: readonly MemberRow[];
}

export interface IdentityItem {
  readonly kind: string;
  readonly masked: string;
  readonly strength: "strong" | "medium" | "weak" | string;
  readonly source: string | null;
  readonly first_seen_at: string;
  readonly state: "active" | "quarantined" | "retired";
}

/** A code in words; null where it has none. */
type FactWords = { readonly zh: string; readonly en: string } | null;

export interface FactItem {
  readonly field: string;
  readonly zh: string;
  readonly en: string;
  readonly value_masked: string | number | boolean | null;
  readonly words: FactWords;
  readonly source: string | null;
  readonly observed_at: string | null;
  readonly others?: readonly {
    readonly value_masked: string | number | boolean | null;
    readonly words: FactWords;
    readonly source: string | null;
    readonly observed_at: string | null;
  }[];
}

export interface ConsentItem {
  readonly purpose: string;
  readonly medium: string;
  readonly state: "granted" | "withdrawn" | "unproven";
  readonly text_version: string | null;
  readonly at: string | null;
  readonly via: string | null;
  readonly source: string | null;
}

export interface ReachItem {
  readonly medium: string;
  readonly ok: boolean;
  readonly reason: string | null;
}

export interface JoinItem {
  readonly join_id: number;
  readonly at: string;
  readonly rule: string;
  readonly rule_zh: string;
  readonly rule_en: string;
  readonly evidence: readonly { readonly kind: string; readonly masked: string }[];
  readonly parties: readonly { readonly kind: string; readonly masked: string }[];
  readonly undoable: boolean;
  readonly undone_at: string | null;
}

export interface Member {
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
  readonly joined_at: string | null;
  readonly join_channel: string | null;
  readonly home_store: string | null;
  readonly associate: string | null;
  readonly flags: readonly string[];
  readonly identities: readonly IdentityItem[];
  readonly facts: readonly FactItem[];
  readonly consents: readonly ConsentItem[];
  readonly reachable: readonly ReachItem[];
  readonly joins: readonly JoinItem[];
  readonly conflicts: readonly unknown[];
  readonly totals: { readonly orders: number; readonly net_fen: number; readonly last_order_at: string | null };
}

export interface TimelineItem {
  readonly id: string | number;
  readonly at: string;
  readonly kind: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly source: string | null;
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly store_name: string | null;
  readonly detail?: unknown;
}

export interface TimelinePage {
  readonly items: readonly TimelineItem[];
  readonly next_cursor: string | null;
}

export interface MemberTag {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly family: string;
  readonly value: unknown;
  readonly display_zh: string | null;
  readonly display_en: string | null;
  readonly computed_at: string | null;
  readonly why: { readonly zh: string; readonly en: string } | null;
}

/** What a list of members is narrowed and ordered by; all of it stands in the address bar. */
export interface MemberFilters {
  readonly segment_id?: string;
  readonly rfm?: string;
  readonly tag?: string;
  /** Business days, "2026-11-01..2026-11-21". */
  readonly joined?: string;
  readonly store?: string;
  readonly sort?: string;
}

const PAGE_ROWS = 100;

/** Rows already seen stay while the next list loads, so that the page keeps still. */
export function useMemberList(filters: MemberFilters, enabled = true) {
  return useMemberPages(["members", "list", filters], "/api/members", { ...filters }, enabled);
}

/** A cursor-paged list of members from any address that answers {items, next_cursor, total}. */
export function useMemberPages(
  key: readonly unknown[],
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
  enabled = true,
) {
  return useInfiniteQuery({
    queryKey: key,
    enabled,
    initialPageParam: "",
    queryFn: ({ pageParam, signal }) =>
      api.get<MemberPage>(path, { ...query, cursor: pageParam, limit: PAGE_ROWS }, signal),
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export const rowsOf = (data: InfiniteData<MemberPage> | undefined): readonly MemberRow[] =>
  data?.pages.flatMap((page) => page.items) ?? [];

export function useMemberSearch(text: string) {
  return useQuery({
    queryKey: ["members", "search", text],
    enabled: text !== "",
    queryFn: ({ signal }) => api.get<SearchAnswer>("/api/members/search", { q: text }, signal),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export const memberKey = (memberId: string) => ["member", memberId] as const;

const memberQuery = (memberId: string) => ({
  queryKey: memberKey(memberId),
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<Member>(`/api/members/${encodeURIComponent(memberId)}`, {}, signal),
  staleTime: 10_000,
});

export function useMember(memberId: string) {
  return useQuery(memberQuery(memberId));
}

const tagsQuery = (memberId: string) => ({
  queryKey: [...memberKey(memberId), "tags"],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get<MemberTagsAnswer>(`/api/members/${encodeURIComponent(memberId)}/tags`, {}, signal),
  staleTime: 10_000,
});

/** `abstained`: judging tags that the member has no value of, because they refuse profiling. */
export interface MemberTagsAnswer {
  readonly items: readonly MemberTag[];
  readonly abstained: readonly { readonly key: string; readonly zh: string; readonly en: string }[];
}

export function useMemberTags(memberId: string) {
  return useQuery(tagsQuery(memberId));
}

const TIMELINE_ROWS = 60;

export const timelineKey = (memberId: string, kinds: string) => [...memberKey(memberId), "timeline", kinds] as const;

const timelineQuery = (memberId: string, kinds: string) => ({
  queryKey: timelineKey(memberId, kinds),
  initialPageParam: "",
  queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) =>
    api.get<TimelinePage>(
      `/api/members/${encodeURIComponent(memberId)}/timeline`,
      { cursor: pageParam, kinds, limit: TIMELINE_ROWS },
      signal,
    ),
  getNextPageParam: (last: TimelinePage) => last.next_cursor,
  staleTime: 10_000,
});

export function useTimeline(memberId: string, kinds: string) {
  return useInfiniteQuery({ ...timelineQuery(memberId, kinds), placeholderData: keepPreviousData });
}

/** Fetches a member before its page is asked for, so that the page stands at once. */
export function prefetchMember(client: QueryClient, memberId: string): void {
  void client.prefetchQuery(memberQuery(memberId));
  void client.prefetchInfiniteQuery(timelineQuery(memberId, ""));
  void client.prefetchQuery(tagsQuery(memberId));
}
