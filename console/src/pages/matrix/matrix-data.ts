import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";
import { type Cell, type Outcome, type ScopeCell, withNeighbours } from "./cells.ts";

interface Named {
  readonly zh: string;
  readonly en: string;
}
export interface Version {
  readonly version: number;
  readonly state: "draft" | "submitted" | "active" | "superseded" | "rejected";
  readonly based_on: number;
  readonly author: string;
  readonly editors: number;
  readonly reason: string;
  readonly made_at: string;
  readonly approver: string | null;
  readonly decided_at: string | null;
  readonly decision_reason: string | null;
  readonly alone: boolean;
}
export interface MatrixRoute {
  readonly method: string;
  readonly url: string;
  readonly summary: string;
  readonly permission: string;
  readonly level: string;
  readonly enter?: string;
}
export interface MatrixView {
  readonly version: number;
  readonly active: Version | null;
  readonly cells: readonly Cell[];
  readonly scopes: readonly ScopeCell[];
  readonly open: (Version & { readonly cells: readonly Cell[]; readonly scopes: readonly ScopeCell[] }) | null;
  readonly mine: boolean;
  readonly other_approvers: number;
  readonly roles: readonly (Named & { readonly role: string })[];
  readonly permissions: readonly (Named & { readonly permission: string })[];
  readonly domains: readonly (Named & { readonly domain: string })[];
  readonly levels: readonly string[];
  readonly outcomes: readonly (Named & { readonly outcome: Outcome })[];
  readonly row_scopes: readonly (Named & { readonly scope: string })[];
  readonly routes: readonly MatrixRoute[];
}

const KEY = ["matrix"] as const;

export function useMatrix() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<MatrixView>("/api/matrix", {}, signal) });
}

export function useVersions(open: boolean) {
  return useQuery({
    queryKey: [...KEY, "versions"],
    queryFn: ({ signal }) => api.get<{ items: readonly Version[] }>("/api/matrix/versions", {}, signal),
    enabled: open,
  });
}

/**
 * One act on the matrix; afterwards everything that shows it, and what the person may do, is fetched again.
 * @param refusal where the page shows a refusal itself, it is not said a second time
 */
function useAct<Input>(run: (input: Input) => Promise<unknown>, done?: string, refusal: "said" | "shown" = "said") {
  const t = useTexts("matrix");
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      if (done !== undefined) say(t(done));
      await client.invalidateQueries({ queryKey: KEY });
      await client.invalidateQueries({ queryKey: SESSION_KEY });
    },
    onError: (error) => {
      if (refusal === "said") sayError(error, t("shared:state.offline"));
    },
  });
}

export const useStartDraft = () =>
  useAct((input: { reason: string; from?: number }) => api.post("/api/matrix/draft", input));
export const useSubmit = () => useAct(() => api.post("/api/matrix/draft/submit"), "submitted_done");
export const useWithdraw = () => useAct(() => api.delete("/api/matrix/draft"), "withdrawn_done");
export const useApprove = () =>
  useAct(
    ({ version, reason }: { version: number; reason: string }) =>
      api.post(`/api/matrix/versions/${version}/approve`, { reason }),
    "approved_done",
    "shown",
  );
export const useReject = () =>
  useAct(
    ({ version, reason }: { version: number; reason: string }) =>
      api.post(`/api/matrix/versions/${version}/reject`, { reason }),
    "rejected_done",
    "shown",
  );

interface Change {
  readonly cells?: readonly Cell[];
  readonly scopes?: readonly ScopeCell[];
}

/** Puts cells into the draft: shown at once, and taken back when the server refuses. One after the other. */
export function useChangeDraft() {
  const t = useTexts("matrix");
  const client = useQueryClient();
  return useMutation({
    scope: { id: "matrix" },
    mutationFn: (change: Change) => api.patch("/api/matrix/draft", change),
    onMutate: async (change) => {
      // an answer still under way would put the cells back to what they were
      await client.cancelQueries({ queryKey: KEY });
      const before = client.getQueryData<MatrixView>(KEY);
      client.setQueryData<MatrixView>(KEY, (view) => (view === undefined ? view : changed(view, change)));
      return before;
    },
    onError: (error, _change, before) => {
      client.setQueryData(KEY, before);
      sayError(error, t("shared:state.offline"));
    },
    onSettled: () => (client.isMutating() === 1 ? client.invalidateQueries({ queryKey: KEY }) : undefined),
  });
}

function changed(view: MatrixView, { cells = [], scopes = [] }: Change): MatrixView {
  if (view.open === null) return view;
  const cellOf = new Map(cells.map((cell) => [`${cell.role} ${cell.permission} ${cell.level}`, cell]));
  const scopeOf = new Map(scopes.map((scope) => [`${scope.role} ${scope.domain}`, scope]));
  return {
    ...view,
    open: {
      ...view.open,
      cells: view.open.cells.map((cell) => cellOf.get(`${cell.role} ${cell.permission} ${cell.level}`) ?? cell),
      scopes: view.open.scopes.map((scope) => scopeOf.get(`${scope.role} ${scope.domain}`) ?? scope),
    },
  };
}

/** The cells to send so that one has an outcome and its neighbours stay in order. */
export function changeOf(view: MatrixView, cell: Cell, outcome: Outcome): readonly Cell[] {
  const cells = view.open?.cells ?? view.cells;
  const row = view.levels.map(
    (level) =>
      cells.find((one) => one.role === cell.role && one.permission === cell.permission && one.level === level) ?? {
        ...cell,
        level,
        outcome: "deny" as const,
      },
  );
  return withNeighbours(row, cell.level, outcome);
}

export async function importWorkbook(file: File): Promise<void> {
  await api.put("/api/matrix/draft/matrix.xlsx", new Blob([file], { type: XLSX }));
}
export const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const useImport = () => useAct(importWorkbook, "imported_done", "shown");
