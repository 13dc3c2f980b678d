import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, isAsked } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

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
export const COLUMN_FIELDS = ["member", "points", "last_day", "earned_on", "lot_no"] as const;
export const DAY_FORMATS = ["auto", "dmy", "mdy", "excel"] as const;

export interface Reading {
  readonly member_key: (typeof MEMBER_KEYS)[number];
  readonly member: number;
  readonly points: number;
  readonly last_day?: number;
  readonly earned_on?: number;
  readonly lot_no?: number;
  readonly day_format: (typeof DAY_FORMATS)[number];
}

export interface OpeningFile {
  readonly file_name: string;
  readonly columns: readonly string[];
  readonly samples: readonly (readonly string[])[];
  readonly guess: Partial<Reading>;
}

export interface MonthSum {
  readonly month: string | null;
  readonly points: number;
}
export interface Totals {
  readonly members: number;
  readonly lots: number;
  readonly points: number;
  readonly months: readonly MonthSum[];
}
export type Stated = Pick<Totals, "members" | "points"> & Partial<Totals>;

export interface Bulk {
  readonly bulk_id: number;
  readonly name: string;
  readonly budget: string | null;
  readonly segment_id: number | null;
  readonly reason: string;
  readonly members: number;
  readonly points: number;
  readonly state: "draft" | "running" | "done" | "undoing" | "undone" | "cancelled";
  readonly undo: "leave" | "debt" | null;
  readonly job_id: string | null;
  readonly made_at: string;
  readonly waiting: number;
  readonly given: number;
  readonly refused: number;
  readonly undone: number;
  readonly taken: number;
  readonly spent: number;
}

export interface Opening {
  readonly opening_id: number;
  readonly import_id: number;
  readonly file_name: string;
  readonly reading: Reading;
  readonly state: "new" | "checked" | "posted" | "undone";
  readonly job_id: string | null;
  readonly rows: number;
  readonly wrong: number;
  readonly totals: Totals | null;
  readonly stated: Stated | null;
  readonly differences: readonly {
    readonly what: "members" | "lots" | "points" | "month";
    readonly month: string | null;
    readonly stated: number;
    readonly found: number;
  }[];
  readonly checked_at: string | null;
  readonly signed_at: string | null;
  readonly bulk: Bulk;
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

export interface OpeningPage {
  readonly opening: Opening;
  readonly problems: readonly RowProblem[];
  readonly problem_counts: readonly { readonly code: string; readonly rows: number }[];
  readonly exceptions: readonly Exception[];
}

const KEY = ["openings"] as const;
const PAGE = 100;

export function useOpenings() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ items: readonly Opening[] }>("/api/points/openings", {}, signal),
  });
}

export function useOpeningFile(importId: string) {
  return useQuery({
    queryKey: ["opening-file", importId],
    queryFn: ({ signal }) => api.get<OpeningFile>(`/api/points/openings/files/${importId}`, {}, signal),
    enabled: importId !== "",
  });
}

/** One opening; rows with problems come a page at a time. */
export function useOpening(openingId: string) {
  return useInfiniteQuery({
    queryKey: [...KEY, openingId],
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) =>
      api.get<OpeningPage>(
        `/api/points/openings/${openingId}`,
        pageParam === 0 ? {} : { after_row: pageParam },
        signal,
      ),
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
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => {
      sayError(error, t("shared:state.offline"));
      if (isAsked(error)) onDone?.(undefined);
    },
  });
}
