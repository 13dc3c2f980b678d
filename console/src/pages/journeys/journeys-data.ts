import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export interface Words {
  readonly zh: string;
  readonly en: string;
}

export interface Figures {
  readonly entered: number;
  readonly under_way: number;
  readonly finished: number;
  readonly goal: number;
  readonly held_out: number;
  readonly held_out_goal: number;
  readonly troubled: number;
}

export type JourneyState = "draft" | "live" | "paused" | "ended";

export interface JourneyListed extends Figures {
  readonly journey: string;
  readonly zh: string;
  readonly en: string;
  readonly state: JourneyState;
  readonly version: number;
  readonly draft: boolean;
  readonly entry_zh: string;
  readonly entry_en: string;
}

export interface JourneyDefinition {
  readonly key: string;
  readonly zh: string;
  readonly en: string;
  readonly entry: { readonly kind: string } & Readonly<Record<string, unknown>>;
  readonly reentry: { readonly kind: string; readonly after_days?: number };
  readonly start: string;
  readonly goal: { readonly event: string; readonly exit: boolean } | null;
  readonly hold_out_percent: number;
  readonly priority?: string;
  readonly nodes: Readonly<Record<string, { readonly kind: string } & Readonly<Record<string, unknown>>>>;
  readonly [part: string]: unknown;
}

export type Sentences = Readonly<Record<string, Words & { readonly ways: readonly Words[] }>>;
/** What stands in the way of publishing; `path` is a JSON pointer into the definition. */
export type Problem = Words & { readonly path: string; readonly code: string };

/** The node that a problem is at; undefined: it is of the journey as a whole. */
export function nodeOf({ path }: Problem): string | undefined {
  const [, part, key] = path.split("/");
  return part === "nodes" ? key : undefined;
}

/** How members come in; the next moments of a schedule. */
export interface Coming extends Words {
  readonly next: readonly string[];
}

/** A moment of a schedule that has come. */
export interface Moment {
  readonly at: string;
  readonly met: number;
  readonly entered: number;
  readonly done: boolean;
  readonly reason_zh: string | null;
  readonly reason_en: string | null;
}

export interface Journey extends Figures {
  readonly journey: string;
  readonly state: JourneyState;
  readonly shown: number;
  readonly versions: readonly {
    readonly version: number;
    readonly published_at: string | null;
    readonly saved_at: string;
    readonly definition: JourneyDefinition;
  }[];
  readonly entry: Coming;
  readonly moments: readonly Moment[];
  readonly nodes: Sentences;
  readonly waiting: Readonly<Record<string, number>>;
  readonly passed: Readonly<Record<string, readonly number[]>>;
  readonly problems: readonly Problem[];
}

export interface RunRow {
  readonly run_id: number;
  readonly member_id: number;
  readonly node: string;
  readonly due_at: string;
  readonly entered_at: string;
  readonly ended: string | null;
  readonly ended_at: string | null;
}

export const KEY = ["journeys"] as const;
/** Numbers of a journey move while one looks. */
const LOOK_EVERY_MS = 5_000;

export function useJourneys() {
  return useQuery({
    queryKey: [...KEY, "list"],
    refetchInterval: LOOK_EVERY_MS,
    queryFn: ({ signal }) => api.get<{ items: readonly JourneyListed[] }>("/api/journeys", {}, signal),
  });
}

export function useJourney(journey: string, version: number | undefined) {
  return useQuery({
    queryKey: [...KEY, "one", journey, version],
    refetchInterval: LOOK_EVERY_MS,
    queryFn: ({ signal }) =>
      api.get<Journey>(`/api/journeys/${journey}`, version === undefined ? {} : { version }, signal),
  });
}

/** A value that a variable of a message may have. */
export interface ValueChoice extends Words {
  readonly value: string;
}

export interface NodeChoices {
  readonly events: readonly (Words & { readonly kind: string; readonly values: readonly ValueChoice[] })[];
  readonly templates: readonly {
    readonly template: string;
    readonly name: string;
    readonly variables: readonly string[];
    readonly channel: string;
    readonly approved: boolean;
    readonly text: string;
  }[];
  readonly member_values: readonly ValueChoice[];
  readonly step_values: Readonly<Record<string, readonly ValueChoice[]>>;
  readonly robots: readonly {
    readonly robot_id: number;
    readonly name: string;
    readonly inputs: readonly { readonly name: string; readonly zh: string; readonly en: string }[];
  }[];
  readonly coupons: readonly (Words & { readonly coupon: string; readonly left: number })[];
  readonly benefits: readonly (Words & { readonly benefit: string })[];
  readonly tiers: readonly (Words & { readonly tier: string })[];
  readonly endpoints: readonly { readonly endpoint_id: number; readonly name: string }[];
  readonly journeys: readonly (Words & { readonly journey: string })[];
}

/** What nodes may name: kinds of records, templates, coupons, benefits, other journeys. */
export function useNodeChoices() {
  return useQuery({
    queryKey: ["journey-choices"],
    staleTime: 60_000,
    queryFn: ({ signal }) => api.get<NodeChoices>("/api/journeys/node-choices", {}, signal),
  });
}

export interface Place {
  readonly version: number;
  readonly node: string;
  readonly way?: number;
}

export function useRuns(journey: string, place: Place) {
  return useQuery({
    queryKey: [...KEY, "runs", journey, place],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly RunRow[]; before: number | null }>(
        `/api/journeys/${journey}/runs`,
        { ...place },
        signal,
      ),
  });
}

/** An act on journeys: says that it is done, and everything shown is asked for anew. */
export function useJourneyAct<Answer>(act: () => Promise<Answer>, done: string, onDone?: () => void) {
  const t = useTexts("journeys");
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      say(done);
      onDone?.();
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}
