import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, isAsked } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import type { Bulk } from "../grants/grants-data.ts";

export const MEMBER_KEYS = [
  "phone",
  "card_no",
  "crm_id",
  "mall_id",
  "openid",
  "unionid",
  "email",
  "member_id",
] as const;
export const DAY_FORMATS = ["auto", "dmy", "mdy", "excel"] as const;

/** What is brought in from the system before: where it is served, and which columns its files have. */
export const KINDS = {
  points: {
    api: "/api/points/openings",
    permission: "points.open",
    fields: ["points", "last_day", "earned_on", "lot_no"],
    required: ["points"],
    /** Sums that have to be stated, and the one that a list shows. */
    stated: ["members", "points"],
    sum: "points",
  },
  tiers: {
    api: "/api/tiers/openings",
    permission: "tiers.open",
    fields: ["tier", "until_day", "from_day", "ladder"],
    required: ["tier", "until_day"],
    stated: ["members"],
    sum: "members",
  },
  coupons: {
    api: "/api/coupons/openings",
    permission: "benefits.open",
    fields: ["coupon", "code", "last_day", "uses"],
    required: ["coupon"],
    stated: ["members", "coupons"],
    sum: "coupons",
  },
} as const;
export type Kind = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as Kind[];
export const kindOf = (name: string | undefined): Kind => KIND_NAMES.find((kind) => kind === name) ?? "points";

export type Reading = {
  readonly member_key: (typeof MEMBER_KEYS)[number];
  readonly member: number;
  readonly day_format: (typeof DAY_FORMATS)[number];
} & { readonly [field: string]: number | string | undefined };

export interface OpeningFile {
  readonly file_name: string;
  readonly columns: readonly string[];
  readonly samples: readonly (readonly string[])[];
  readonly guess: Partial<Reading>;
}

/** One sum: of the whole, or of what has that key. */
export interface Line {
  readonly what: string;
  readonly key: string | null;
  readonly n: number;
}

/** How far giving, or an undo, has come. */
export interface Progress {
  readonly state: "draft" | "running" | "done" | "undoing" | "undone" | "cancelled";
  readonly job_id: string | null;
  readonly made_at: string;
  readonly waiting: number;
  readonly given: number;
  readonly refused: number;
  readonly undone: number;
  /** What an undo left: points that were spent, rows that were used or changed. */
  readonly kept: number;
}

interface PointTotals {
  readonly members: number;
  readonly lots?: number;
  readonly points: number;
  readonly months?: readonly { readonly month: string | null; readonly points: number }[];
}

interface Common {
  readonly opening_id: number;
  readonly file_name: string;
  readonly reading: Reading;
  readonly state: "new" | "checked" | "posted" | "undone";
  readonly job_id: string | null;
  readonly rows: number;
  readonly wrong: number;
  readonly differences: readonly {
    readonly what: string;
    readonly key: string | null;
    readonly stated: number;
    readonly found: number;
  }[];
  readonly checked_at: string | null;
  readonly signed_at: string | null;
}

interface Sent extends Common {
  readonly totals: PointTotals | readonly Line[] | null;
  readonly stated: PointTotals | readonly Line[] | null;
  readonly bulk?: Bulk;
  readonly names?: Opening["names"];
  readonly progress?: Omit<Progress, "state" | "job_id"> & { readonly giving: Progress["state"] };
}

export interface Opening extends Common {
  readonly kind: Kind;
  readonly totals: readonly Line[] | null;
  readonly stated: readonly Line[] | null;
  readonly progress: Progress;
  /** What keys among the sums are called, where they have names. */
  readonly names: readonly { readonly key: string; readonly zh: string; readonly en: string }[];
}

export interface RowProblem {
  readonly row: number;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly member_masked: string | null;
}

/** A member for whom something is not as asked. */
export interface Exception {
  readonly owner: number;
  readonly points: number;
  readonly state: string;
  readonly refused: string | null;
  readonly taken: number;
  readonly spent: number;
}

/** A row for which something is not as asked. */
export interface RowException {
  readonly row: number;
  readonly owner: number;
  readonly state: "refused" | "kept";
  readonly zh: string;
  readonly en: string;
}

interface SentPage {
  readonly opening: Sent;
  readonly problems: readonly RowProblem[];
  readonly problem_counts: readonly { readonly code: string; readonly rows: number }[];
  readonly exceptions: readonly unknown[];
}
export interface OpeningPage extends Omit<SentPage, "opening"> {
  readonly opening: Opening;
}

function linesOf(sums: Sent["totals"]): readonly Line[] | null {
  if (sums === null || "length" in sums) return sums;
  const { members, lots, points, months } = sums;
  return [
    { what: "members", key: null, n: members },
    ...(lots === undefined ? [] : [{ what: "lots", key: null, n: lots }]),
    { what: "points", key: null, n: points },
    ...(months ?? []).map((one) => ({ what: "month", key: one.month, n: one.points })),
  ];
}

/** Sums as the kind's interface takes them. */
export function statementOf(kind: Kind, lines: readonly Line[]): PointTotals | readonly Line[] {
  if (kind !== "points") return lines;
  const of = (what: string) => lines.find((line) => line.what === what)?.n;
  const lots = of("lots");
  const months = lines.filter((line) => line.what === "month").map(({ key, n }) => ({ month: key, points: n }));
  return {
    members: of("members") ?? 0,
    points: of("points") ?? 0,
    ...(lots === undefined ? {} : { lots }),
    ...(months.length === 0 ? {} : { months }),
  };
}

const NOTHING = { made_at: "", waiting: 0, given: 0, refused: 0, undone: 0, kept: 0 };

function received(kind: Kind, { bulk, progress, ...sent }: Sent): Opening {
  return {
    ...sent,
    kind,
    names: sent.names ?? [],
    totals: linesOf(sent.totals),
    stated: linesOf(sent.stated),
    progress:
      bulk === undefined
        ? { ...NOTHING, ...progress, state: progress?.giving ?? "draft", job_id: sent.job_id }
        : { ...bulk, kept: bulk.spent },
  };
}

const KEY = "openings";
const PAGE = 100;

export function useOpenings(kind: Kind) {
  return useQuery({
    queryKey: [KEY, kind],
    queryFn: async ({ signal }) => {
      const { items } = await api.get<{ items: readonly Sent[] }>(KINDS[kind].api, {}, signal);
      return { items: items.map((one) => received(kind, one)) };
    },
  });
}

export function useOpeningFile(kind: Kind, importId: string) {
  return useQuery({
    queryKey: ["opening-file", kind, importId],
    queryFn: ({ signal }) => api.get<OpeningFile>(`${KINDS[kind].api}/files/${importId}`, {}, signal),
    enabled: importId !== "",
  });
}

/** One opening; rows with problems come a page at a time. */
export function useOpening(kind: Kind, openingId: string) {
  return useInfiniteQuery({
    queryKey: [KEY, kind, openingId],
    initialPageParam: 0,
    queryFn: async ({ pageParam, signal }): Promise<OpeningPage> => {
      const after = pageParam === 0 ? {} : { after_row: pageParam };
      const page = await api.get<SentPage>(`${KINDS[kind].api}/${openingId}`, after, signal);
      return { ...page, opening: received(kind, page.opening) };
    },
    getNextPageParam: (last) => (last.problems.length < PAGE ? null : (last.problems.at(-1)?.row ?? null)),
  });
}

/** An act on openings: says that it is done, or why not; whatever a colleague is asked for ends it as well. */
export function useOpeningAct<Input, Answer>(
  act: (input: Input) => Promise<Answer>,
  { done, onDone }: { readonly done: string | null; readonly onDone?: (answer: Answer | undefined) => void },
) {
  const t = useTexts("opening");
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      if (done !== null) say(done);
      onDone?.(answer);
      return client.invalidateQueries({ queryKey: [KEY] });
    },
    onError: (error) => {
      sayError(error, t("shared:state.offline"));
      if (isAsked(error)) onDone?.(undefined);
    },
  });
}
