import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pick } from "../../texts/texts.ts";
import type { Programme } from "./programme.ts";

export interface ProgrammeVersion {
  readonly programme: string;
  readonly version: number;
  readonly definition: Programme;
  readonly origin: "shipped" | "console";
  readonly created_at: string;
}

/** A version with the day from which on it holds. */
export interface Activation {
  readonly activation_id: number;
  readonly programme: string;
  readonly version: number;
  readonly from_day: string;
  readonly zh: string;
  readonly en: string;
}

export interface Programmes {
  readonly items: readonly (ProgrammeVersion & { readonly versions: number })[];
  /** Latest day first. */
  readonly activations: readonly Activation[];
  readonly today: string;
}

export interface Worth {
  readonly points: number;
  readonly minor: number;
  readonly currency: string;
}

/** What a budget may give in a period. */
export interface BudgetLimit {
  readonly period: "day" | "week" | "month" | "quarter" | "year" | "ever";
  readonly unit: "points" | "minor";
  readonly amount: number;
}

export interface Budget {
  readonly budget: string;
  readonly balance: number;
  readonly funded: number;
  /** Gives only what was put into it; otherwise its limits alone hold. */
  readonly is_funded: boolean;
  /** What it can give now; null: without end. */
  readonly left: number | null;
  readonly limits: readonly (BudgetLimit & {
    readonly period_key: string;
    readonly used: number;
    readonly cap: number | null;
    readonly used_minor: number | null;
    /** Hundredths of a per cent. */
    readonly share: number;
  })[];
}

export interface Overview {
  readonly liability: {
    readonly pending: number;
    readonly active: number;
    readonly held: number;
    readonly owed: number;
    readonly owners: number;
    readonly redeemed_permille: number | null;
    readonly used_permille: number | null;
    readonly expiring: readonly { readonly month: string | null; readonly points: number }[];
  };
  readonly worth: Worth | null;
  readonly programme: Omit<Activation, "activation_id"> | null;
  readonly budgets: readonly Budget[];
  readonly refused: readonly {
    readonly rule: string;
    readonly refused: string;
    readonly points: number;
    readonly causes: number;
  }[];
  readonly rules: readonly RuleName[];
}

/** How a rule is called by the terms that name it. */
export interface RuleName {
  readonly rule: string;
  readonly zh: string;
  readonly en: string;
}

export function useProgrammes() {
  return useQuery({
    queryKey: ["points", "programmes"],
    queryFn: ({ signal }) => api.get<Programmes>("/api/points/programmes", {}, signal),
    staleTime: 15_000,
  });
}

export function useProgramme(key: string) {
  return useQuery({
    queryKey: ["points", "programmes", key],
    queryFn: ({ signal }) =>
      api.get<{ versions: readonly ProgrammeVersion[]; activations: readonly Activation[] }>(
        `/api/points/programmes/${key}`,
        {},
        signal,
      ),
    staleTime: 15_000,
  });
}

export function usePointsOverview() {
  return useQuery({
    queryKey: ["points", "overview"],
    queryFn: ({ signal }) => api.get<Overview>("/api/points", {}, signal),
    staleTime: 15_000,
  });
}

/** What holds today. @param activations latest day first */
export const inForceOn = (activations: readonly Activation[], day: string): Activation | undefined =>
  activations.find(({ from_day }) => from_day <= day);

/** Points in money, to the cent below. */
export const worthOf = (points: number, { points: per, minor }: Pick<Worth, "points" | "minor">): number =>
  Math.trunc((points * minor) / per);

/** Names of rules in the reader's language; a rule that no programme knows any more keeps its key. */
export function ruleNames(rules: readonly RuleName[]): (rule: string) => string {
  const known = new Map(rules.map((one) => [one.rule, one]));
  return (rule) => {
    const name = known.get(rule);
    return name === undefined ? rule : pick(name.zh, name.en);
  };
}

/** A day so many days later. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
