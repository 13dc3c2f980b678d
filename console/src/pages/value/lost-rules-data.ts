import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export interface LostRule {
  readonly category: string;
  readonly lost_after_days: number;
}

export interface LostRulesVersion {
  readonly version: number;
  readonly rules: readonly LostRule[];
  readonly person_name: string | null;
  readonly made_at: string;
  readonly reason: string | null;
}

export interface LostRules {
  /** 0: nobody made rules yet. */
  readonly version: number;
  readonly rules: readonly LostRule[];
  readonly default_days: number;
  readonly days_min: number;
  readonly days_max: number;
  readonly rules_max: number;
  readonly categories: readonly string[];
  readonly versions: readonly LostRulesVersion[];
}

export const LOST_RULES_KEY = ["lifecycle", "rules"] as const;

export const useLostRules = () =>
  useQuery({
    queryKey: LOST_RULES_KEY,
    queryFn: ({ signal }) => api.get<LostRules>("/api/lifecycle/rules", {}, signal),
    staleTime: 10_000,
  });

export type Standing = "active" | "silent" | "lost";

export interface LostWhatIf {
  readonly becomes_lost: number;
  readonly no_longer_lost: number;
  readonly standings: readonly { readonly standing: Standing; readonly before: number; readonly after: number }[];
  readonly moves: readonly { readonly from: Standing; readonly to: Standing; readonly members: number }[];
}

/** What rules (as JSON text) would change against those of `version`; a newer question ends an older one. */
export const useLostWhatIf = (rules: string, version: number) =>
  useQuery({
    queryKey: [...LOST_RULES_KEY, "what-if", version, rules],
    queryFn: ({ signal }) =>
      api.post<LostWhatIf>("/api/lifecycle/rules/what-if", { rules: JSON.parse(rules) as LostRule[] }, signal),
    placeholderData: (before) => before,
    staleTime: 60_000,
  });

/** One line as it is being typed. */
export interface DraftRow {
  readonly category: string;
  readonly days: string;
}

/** Rows as they are typed, and the version that they change. */
export interface LostDraft {
  readonly based_on: number;
  readonly rows: readonly DraftRow[];
}

export const draftOf = (rules: readonly LostRule[], based_on: number): LostDraft => ({
  based_on,
  rows: rules.map(({ category, lost_after_days }) => ({ category, days: String(lost_after_days) })),
});

/** The draft as the address keeps it, so that a reload or a link loses nothing that was typed. */
export const writeDraft = ({ based_on, rows }: LostDraft): string =>
  JSON.stringify([based_on, ...rows.map(({ category, days }) => [category, days])]);

/** @returns undefined for what is no draft. */
export function readDraft(text: string | null): LostDraft | undefined {
  if (text === null) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return undefined;
  const [based_on, ...rows] = value as readonly unknown[];
  if (typeof based_on !== "number" || !Number.isSafeInteger(based_on) || based_on < 0) return undefined;
  if (!rows.every(isPair)) return undefined;
  return { based_on, rows: rows.map(([category, days]) => ({ category, days })) };
}

const isPair = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((part) => typeof part === "string");

type Limits = Pick<LostRules, "days_min" | "days_max">;

/** Days as a whole number within the limits; undefined for anything else. */
export function readDays(text: string, { days_min, days_max }: Limits): number | undefined {
  if (!/^\d{1,5}$/.test(text.trim())) return undefined;
  const days = Number(text);
  return days >= days_min && days <= days_max ? days : undefined;
}

/** The rules that the rows say so far; a row that cannot be read is left out. */
export const readableRules = (rows: readonly DraftRow[], limits: Limits): readonly LostRule[] =>
  rows.flatMap(({ category, days }) => {
    const lost_after_days = readDays(days, limits);
    return lost_after_days === undefined || category === "" ? [] : [{ category, lost_after_days }];
  });

export interface RuleChange {
  readonly category: string;
  /** Undefined: the category had, or would have, no days of its own. */
  readonly before: number | undefined;
  readonly after: number | undefined;
}

/** Category by category what differs, in the order of the rows; those that are gone come last. */
export function changesOf(before: readonly LostRule[], after: readonly LostRule[]): readonly RuleChange[] {
  const old = new Map(before.map((rule) => [rule.category, rule.lost_after_days]));
  const next = new Map(after.map((rule) => [rule.category, rule.lost_after_days]));
  return [...new Set([...next.keys(), ...old.keys()])]
    .map((category) => ({ category, before: old.get(category), after: next.get(category) }))
    .filter((change) => change.before !== change.after);
}
