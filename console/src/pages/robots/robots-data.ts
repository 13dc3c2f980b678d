import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export type RunState = "queued" | "running" | "done" | "failed" | "stopped";

export interface Run {
  readonly run_id: number;
  readonly robot_id: number;
  readonly state: RunState;
  readonly by_itself: boolean;
  readonly attempts: number;
  readonly failure_zh: string | null;
  readonly failure_en: string | null;
  readonly outputs: Readonly<Record<string, unknown>> | null;
  readonly import_id: number | null;
  readonly items_done: number;
  readonly items_before: number;
  readonly items_failed: number;
  readonly asked_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
}

export interface Robot {
  readonly robot_id: number;
  readonly flow: string;
  readonly flow_zh: string;
  readonly flow_en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly name: string;
  readonly owner: string | null;
  readonly mine: boolean;
  readonly inputs: Readonly<Record<string, string>>;
  readonly origins: readonly string[];
  readonly daily_at: string | null;
  readonly next_at: string | null;
  readonly patience_seconds: number;
  readonly state: "on" | "paused" | "stopped";
  readonly stopped_zh: string | null;
  readonly stopped_en: string | null;
  readonly secrets: readonly {
    readonly name: string;
    readonly zh: string;
    readonly en: string;
    readonly set_at: string | null;
  }[];
  readonly failed_items: number;
  readonly last_run: Run | null;
}

export interface Flow {
  readonly flow: string;
  readonly zh: string;
  readonly en: string;
  readonly sentence_zh: string;
  readonly sentence_en: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly zh: string;
    readonly en: string;
    readonly required: boolean;
    readonly address: boolean;
    readonly default: string | null;
  }[];
}

export interface Step {
  readonly step: number;
  readonly attempt: number;
  readonly zh: string;
  readonly en: string;
  readonly outcome: "done" | "again" | "failed";
  readonly note_zh: string | null;
  readonly note_en: string | null;
  readonly place: string | null;
  readonly started_at: string;
  readonly ms: number;
  readonly has_picture: boolean;
}

export interface Item {
  readonly item: string;
  readonly run_id: number;
  readonly state: "claimed" | "entered" | "done" | "failed";
  readonly reference: string | null;
  readonly reason_zh: string | null;
  readonly reason_en: string | null;
  readonly attempts: number;
  readonly claimed_at: string;
}

const KEY = ["robots"] as const;
const LOOK_EVERY_MS = 3_000;
const base = (robot_id: number) => `/api/robots/${robot_id}`;

export const isOver = (state: RunState) => state === "done" || state === "failed" || state === "stopped";

export function useRobots() {
  return useQuery({
    queryKey: [...KEY, "list"],
    queryFn: ({ signal }) => api.get<{ items: readonly Robot[]; robots_max: number }>("/api/robots", {}, signal),
    refetchInterval: LOOK_EVERY_MS,
  });
}

export function useRobot(robot_id: number) {
  return useQuery({
    queryKey: [...KEY, "one", robot_id],
    queryFn: ({ signal }) => api.get<Robot>(base(robot_id), {}, signal),
    refetchInterval: LOOK_EVERY_MS,
  });
}

export function useFlows() {
  return useQuery({
    queryKey: [...KEY, "flows"],
    queryFn: ({ signal }) => api.get<{ items: readonly Flow[] }>("/api/robots/flows", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useRuns(robot_id: number) {
  return useInfiniteQuery({
    queryKey: [...KEY, "runs", robot_id],
    initialPageParam: undefined as number | undefined,
    queryFn: ({ signal, pageParam }) =>
      api.get<{ items: readonly Run[]; next_cursor: number | null }>(
        `${base(robot_id)}/runs`,
        { before: pageParam },
        signal,
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: LOOK_EVERY_MS,
  });
}

export interface RunSeen {
  readonly run: Run;
  readonly inputs: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export function useRun(run_id: number) {
  return useQuery({
    queryKey: [...KEY, "run", run_id],
    queryFn: ({ signal }) => api.get<RunSeen>(`/api/robots/runs/${run_id}`, {}, signal),
    refetchInterval: (query) => (query.state.data && isOver(query.state.data.run.state) ? false : 1_000),
  });
}

/** Pictures from a step on; looked at once, because each look is written down. */
export function usePictures(run_id: number, from: number, wanted: boolean) {
  return useQuery({
    queryKey: [...KEY, "pictures", run_id, from],
    queryFn: ({ signal }) =>
      api.get<{ items: readonly { step: number; jpeg: string }[]; next_from: number | null }>(
        `/api/robots/runs/${run_id}/pictures`,
        { from },
        signal,
      ),
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useItems(robot_id: number) {
  return useQuery({
    queryKey: [...KEY, "items", robot_id],
    queryFn: ({ signal }) => api.get<{ items: readonly Item[]; limit: number }>(`${base(robot_id)}/items`, {}, signal),
    refetchInterval: LOOK_EVERY_MS,
  });
}

/** An act on a robot; afterwards everything of robots is looked at anew. @param quiet the caller shows why it was refused */
function useAct<Input, Answer>(
  run: (input: Input) => Promise<Answer>,
  onDone: (answer: Answer) => void,
  quiet = false,
) {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: (answer) => {
      onDone(answer);
      return client.invalidateQueries({
        queryKey: KEY,
        // a picture does not change, and each look at it is written down
        predicate: ({ queryKey }) => queryKey[1] !== "pictures",
      });
    },
    onError: (error) => {
      if (!quiet) sayError(error, t("state.offline"));
    },
  });
}

export interface Draft {
  readonly flow: string;
  readonly name: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly daily_at: string | null;
  readonly patience_seconds: number;
}
export interface Saved {
  readonly robot_id: number;
  readonly secrets_forgotten: boolean;
}

export const useSave = (robot_id: number | null, onDone: (saved: Saved) => void) =>
  useAct(
    async ({ flow, ...draft }: Draft): Promise<Saved> =>
      robot_id === null
        ? { ...(await api.post<{ robot_id: number }>("/api/robots", { flow, ...draft })), secrets_forgotten: false }
        : { robot_id, ...(await api.patch<{ secrets_forgotten: boolean }>(base(robot_id), draft)) },
    onDone,
    true,
  );
export const useTurn = (robot_id: number, onDone: () => void) =>
  useAct((on: boolean) => api.patch(base(robot_id), { on }), onDone);
export const useTakeOver = (robot_id: number, onDone: (forgotten: boolean) => void) =>
  useAct<undefined, unknown>(
    async () =>
      onDone((await api.post<{ secrets_forgotten: boolean }>(`${base(robot_id)}/take-over`)).secrets_forgotten),
    () => undefined,
  );
export const useRemove = (robot_id: number, onDone: () => void) =>
  useAct<undefined, unknown>(() => api.delete(base(robot_id)), onDone);
export const useSecret = (robot_id: number, onDone: () => void) =>
  useAct(
    ({ name, value }: { name: string; value: string }) => api.put(`${base(robot_id)}/secrets/${name}`, { value }),
    onDone,
    true,
  );
export const useStart = (robot_id: number, onDone: (run_id: number) => void) =>
  useAct(
    (inputs: Readonly<Record<string, string>>) => api.post<{ run_id: number }>(`${base(robot_id)}/runs`, { inputs }),
    ({ run_id }) => onDone(run_id),
    true,
  );
export const useRetry = (robot_id: number, onDone: (run_id: number) => void) =>
  useAct(
    (items: readonly string[] | undefined) =>
      api.post<{ run_id: number }>(`${base(robot_id)}/retry`, items === undefined ? {} : { items }),
    ({ run_id }) => onDone(run_id),
  );
export const useStop = (run_id: number, onDone: () => void) =>
  useAct<undefined, unknown>(() => api.post(`/api/robots/runs/${run_id}/stop`), onDone);
