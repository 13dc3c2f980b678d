import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, type Query } from "../../api/client.ts";
import { useAct } from "../../parts/act.ts";
import { useTexts } from "../../texts/texts.ts";

export type State = "open" | "done" | "dropped";
export const STATES: readonly State[] = ["open", "done", "dropped"];

export interface Whose {
  readonly member_id: number | null;
  readonly name_masked: string | null;
  readonly phone_masked: string | null;
}

export interface Task extends Whose {
  readonly task_id: number;
  readonly text: string;
  readonly due_day: string;
  readonly state: State;
  readonly result: string | null;
  readonly source: "journeys" | "person";
  readonly store_code: string | null;
  readonly store: string | null;
  readonly associate_id: number | null;
  readonly associate: string | null;
  readonly handed_from: string | null;
  readonly ended_at: string | null;
  readonly mine: boolean;
}

interface TaskPage {
  readonly today: string;
  readonly items: readonly Task[];
  readonly counts: {
    readonly open: number;
    readonly overdue: number;
    readonly due_today: number;
    readonly done: number;
    readonly dropped: number;
  };
  readonly next_cursor: string | null;
}

export interface Associate {
  readonly associate_id: number;
  readonly code: string;
  readonly name: string | null;
  readonly store_code: string | null;
  readonly store: string | null;
  readonly person_id: number | null;
  readonly person: string | null;
  readonly left_at: string | null;
  readonly members: number;
  readonly open_tasks: number;
  readonly overdue: number;
}

export interface KeptMember extends Whose {
  readonly tier_zh: string | null;
  readonly tier_en: string | null;
  readonly last_order_at: string | null;
  readonly net_minor: number;
  readonly next_due: string | null;
  readonly open_tasks: number;
}

export interface HandOver {
  readonly hand_over_id: number;
  readonly from_associate: number;
  readonly to_associates: readonly number[];
  readonly leaves: boolean;
  readonly reason: string;
  readonly members: number;
  readonly tasks: number;
  readonly made_by: string | null;
  readonly made_at: string;
  readonly undone_at: string | null;
}

const KEY = ["tasks"] as const;
/** Whoever works at the counter sees what a journey gave a moment ago. */
const LOOK_EVERY_MS = 15_000;

export const nameOf = ({ name, code }: Pick<Associate, "name" | "code">) => (name === null ? code : `${name} ${code}`);

export function useTasks(filter: Query) {
  return useInfiniteQuery({
    queryKey: [...KEY, "list", filter],
    refetchInterval: LOOK_EVERY_MS,
    queryFn: ({ pageParam, signal }) => api.get<TaskPage>("/api/tasks", { ...filter, cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useMe() {
  return useQuery({
    queryKey: [...KEY, "me"],
    queryFn: ({ signal }) => api.get<{ associate: Associate | null }>("/api/associates/me", {}, signal),
  });
}

export function useAssociates() {
  return useQuery({
    queryKey: [...KEY, "associates"],
    queryFn: ({ signal }) => api.get<{ items: readonly Associate[] }>("/api/associates", {}, signal),
  });
}

export function useKeptMembers(associate_id: number) {
  return useInfiniteQuery({
    queryKey: [...KEY, "members", associate_id],
    queryFn: ({ pageParam, signal }) =>
      api.get<{ items: readonly KeptMember[]; next_cursor: string | null }>(
        `/api/associates/${associate_id}/members`,
        { cursor: pageParam },
        signal,
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useHandOvers(associate_id: number) {
  return useQuery({
    queryKey: [...KEY, "hand-overs", associate_id],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly HandOver[] }>(`/api/associates/${associate_id}/hand-overs`, {}, signal),
  });
}

export function useAssociateChoices() {
  return useQuery({
    queryKey: [...KEY, "choices"],
    queryFn: ({ signal }) =>
      api.get<{
        stores: readonly { readonly store_code: string; readonly name: string }[];
        people: readonly { readonly person_id: number; readonly name: string; readonly taken: boolean }[];
      }>("/api/associates/choices", {}, signal),
  });
}

export function useTaskAct<Input, Answer>(
  act: (input: Input) => Promise<Answer>,
  done: string,
  onDone?: (answer: Answer) => void,
) {
  const t = useTexts("tasks");
  return useAct(KEY, act, { done: t(`done.${done}`), onDone });
}
