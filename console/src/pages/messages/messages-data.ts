import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, type Query } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export const CHANNELS = ["sms", "email", "wechat", "wecom", "inbox", "webhook"] as const;
export type Channel = (typeof CHANNELS)[number];
export type Category = "marketing" | "service";
export const CATEGORIES: readonly Category[] = ["marketing", "service"];

export interface Content {
  readonly kind: Channel;
  readonly title?: string;
  readonly text: string;
  readonly link?: string;
  readonly page?: string;
  readonly sign_name?: string;
  readonly service_template?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly variables: readonly string[];
}

export type VersionState = "draft" | "submitted" | "approved" | "rejected" | "retired";

export interface Version {
  readonly version: number;
  readonly content: Content;
  readonly state: VersionState;
  readonly state_reason: string | null;
  readonly saved_at: string;
  readonly saved_by_name: string | null;
  readonly state_at: string;
  readonly moves: readonly {
    readonly to: VersionState;
    readonly reason: string | null;
    readonly at: string;
    readonly by_name: string | null;
  }[];
}

export interface Template {
  readonly template: string;
  readonly name: string;
  readonly channel: Channel;
  readonly category: Category;
  readonly versions: readonly Version[];
}

export interface Sign {
  readonly sign_name: string;
  readonly state: "filing" | "filed" | "refused";
  readonly note: string;
  readonly changed_at: string;
  readonly changed_by_name: string | null;
}

export interface Seed {
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly flags: readonly string[];
  readonly mine: boolean;
  readonly person_name: string | null;
  readonly note: string;
}

export interface Preview {
  readonly title: string;
  readonly text: string;
  readonly parts: number;
  readonly letters: number;
}

export type MessageState = "waiting" | "sending" | "asking" | "prepared" | "accepted" | "refused" | "held" | "unknown";

interface ReasonWords {
  readonly reason: string | null;
  readonly reason_zh: string | null;
  readonly reason_en: string | null;
  readonly why_zh: string | null;
  readonly why_en: string | null;
}

export interface Logged extends ReasonWords {
  readonly message_id: number;
  readonly member_id: number;
  readonly name_masked: string | null;
  readonly source: string;
  readonly effect_key: string;
  readonly channel: Channel;
  readonly template: string;
  readonly template_name: string;
  readonly version: number | null;
  readonly test: boolean;
  readonly state: MessageState;
  readonly requested_at: string;
  readonly at: string | null;
  readonly due_at: string | null;
  readonly cost_minor: number;
  readonly parts: number;
  readonly service_code: string | null;
  readonly delivery: "delivered" | "failed" | "silent" | null;
  readonly delivery_code: string | null;
  readonly delivery_at: string | null;
}

export interface Outcome extends ReasonWords {
  readonly channel: Channel;
  readonly state: MessageState;
  readonly messages: number;
  readonly cost_minor: number;
}

export interface Carrier {
  readonly channel: Channel;
  readonly kind: "service" | "own";
  readonly ready: boolean;
  readonly settings_shown: string;
  readonly stopped: boolean;
  readonly cost_minor: number;
  readonly failures: number;
  readonly paused_until: string | null;
  readonly waiting: number;
  readonly under_way: number;
  readonly prepared: number;
  readonly oldest_due_at: string | null;
  readonly accepted_day: number;
  readonly refused_day: number;
  readonly held_day: number;
  readonly unknown_day: number;
  readonly cost_day_minor: number;
  readonly last_accepted_at: string | null;
  readonly delivered_day: number;
  readonly failed_day: number;
  readonly callback_at: string | null;
  readonly heard_at: string | null;
}

export interface Stop {
  readonly what: "all" | Channel;
  readonly reason: string;
  readonly stopped_at: string;
  readonly stopped_by_name: string | null;
}

export interface Policy {
  readonly quiet: {
    readonly from: string;
    readonly to: string;
    readonly channels: readonly Channel[];
    readonly categories: readonly Category[];
    readonly then: "later" | "drop";
  } | null;
  readonly member_caps: readonly {
    readonly channel: Channel | null;
    readonly category: Category | null;
    readonly period: "day" | "week";
    readonly max: number;
  }[];
  readonly household_caps: readonly {
    readonly channel: Channel;
    readonly period: "day" | "week";
    readonly max: number;
  }[];
  readonly budgets: readonly {
    readonly channel: Channel | null;
    readonly period: "day" | "month";
    readonly limit_minor: number;
  }[];
  readonly repeat_after_hours: Readonly<Record<Category, number>>;
}

export const KEY = ["messages"] as const;
const LOOK_EVERY_MS = 10_000;

function useItems<Item, More = object>(path: string, refetch = false) {
  return useQuery({
    queryKey: [...KEY, path],
    queryFn: ({ signal }) => api.get<{ items: readonly Item[] } & More>(`/api/messages/${path}`, {}, signal),
    refetchInterval: refetch ? LOOK_EVERY_MS : false,
  });
}

export const useTemplates = () => useItems<Template>("templates");
/** What members have left of a template of WeChat. */
export interface Subscriptions {
  readonly service_template: string;
  readonly members: number;
  readonly members_ever: number;
  readonly left: number;
  readonly spent: number;
  readonly accepted_7d: number;
}

export const useSubscriptions = () => useItems<Subscriptions>("subscriptions");
export const useSigns = () => useItems<Sign>("signs");
export const useSeeds = () => useItems<Seed>("seeds");
export const useStops = () => useItems<Stop>("stops", true);
export const useCarriers = () => useItems<Carrier, { simulator: string | null }>("carriers", true);

export function usePolicy() {
  return useQuery({
    queryKey: [...KEY, "policy"],
    queryFn: ({ signal }) => api.get<Policy>("/api/messages/policy", {}, signal),
  });
}

export function usePreview(
  content: Content | null,
  member_id: number | null,
  variables: Readonly<Record<string, string>>,
) {
  return useQuery({
    queryKey: [...KEY, "preview", content, member_id, variables],
    enabled: content !== null,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      api.post<Preview>(
        "/api/messages/preview",
        { content, variables, ...(member_id === null ? {} : { member_id }) },
        signal,
      ),
  });
}

export function useLog(filter: Query) {
  return useInfiniteQuery({
    queryKey: [...KEY, "log", filter],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      api.get<{ items: readonly Logged[]; next_cursor: number | null }>(
        "/api/messages",
        { ...filter, cursor: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useOutcomes(filter: Query) {
  return useQuery({
    queryKey: [...KEY, "outcomes", filter],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => api.get<{ items: readonly Outcome[] }>("/api/messages/outcomes", filter, signal),
  });
}

/** An act on messages; afterwards everything of them is looked at anew. */
export function useMessageAct<Input, Answer>(
  run: (input: Input) => Promise<Answer>,
  { done, onDone, quiet = false }: { done?: string; onDone?: (answer: Answer) => void; quiet?: boolean } = {},
) {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (answer) => {
      if (done !== undefined) say(done);
      onDone?.(answer);
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => {
      if (!quiet) sayError(error, t("state.offline"));
    },
  });
}

/** What people call a template. */
export const nameOf = (one: Pick<Template, "template" | "name">): string => (one.name === "" ? one.template : one.name);

const SYNTAX = new Set([
  "if",
  "elsif",
  "else",
  "endif",
  "unless",
  "endunless",
  "case",
  "when",
  "endcase",
  "and",
  "or",
  "contains",
  "assign",
  "capture",
  "endcapture",
  "comment",
  "endcomment",
  "raw",
  "endraw",
  "true",
  "false",
  "nil",
  "blank",
  "empty",
  "member",
]);

/** Names that Liquid texts read from a request: those of filters, of the language and of the member left out. */
export function variablesIn(texts: readonly string[]): string[] {
  const found = new Set<string>();
  for (const text of texts)
    for (const [, inside = ""] of text.matchAll(/\{[{%]-?([^}%]*)-?[%}]\}/g)) {
      const plain = inside.replaceAll(/"[^"]*"|'[^']*'/g, " ").replaceAll(/\|\s*\w+\s*:?/g, " ");
      const assigned = /^\s*(?:assign|capture)\s+(\w+)/.exec(plain)?.[1];
      for (const [name] of plain.matchAll(/(?<![\w.])[a-z][a-z0-9_]*/g))
        if (!SYNTAX.has(name) && name !== assigned) found.add(name);
    }
  return [...found];
}

/** Parameters of a filed text: `${name}` of SMS, `{{thing1.DATA}}` of WeChat. */
export const parametersIn = (kind: Channel, text: string): string[] => {
  const each = kind === "wechat" ? /\{\{\s*([a-z_]{3,20}\d{1,3})\.DATA\s*\}\}/g : /\$\{([A-Za-z][A-Za-z0-9_]{0,29})\}/g;
  return [...new Set([...text.matchAll(each)].map(([, name = ""]) => name))];
};
