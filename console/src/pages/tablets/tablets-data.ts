import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export interface Tablet {
  readonly tablet_id: number;
  readonly store_code: string;
  readonly name: string;
  readonly state: "waiting" | "bound" | "expired" | "revoked";
  readonly made_at: string;
  readonly made_by_name: string;
  readonly bound_at: string | null;
  readonly expires_at: string | null;
  readonly last_seen_at: string | null;
  readonly last_person: string | null;
  readonly locked_until: string | null;
}

export interface Clerk {
  readonly person_id: number;
  readonly name: string;
  readonly stores: readonly string[];
  readonly pin_set_at: string | null;
  readonly pin_locked_until: string | null;
}

export interface Tablets {
  readonly items: readonly Tablet[];
  readonly stores: readonly { readonly store_code: string; readonly name: string }[];
  readonly clerks: readonly Clerk[];
  readonly per_store_max: number;
}

export interface BindingCode {
  readonly tablet_id: number;
  readonly code: string;
  readonly expires_at: string;
}

const KEY = ["tablets"] as const;
const LOOK_MS = 15_000;

export function useTablets() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<Tablets>("/api/tablets", {}, signal),
    refetchInterval: LOOK_MS,
  });
}

/** An act on tablets or PINs that renews the page, and says why it was refused. */
export function useTabletAct<Given, Made>(act: (given: Given) => Promise<Made>, done: (made: Made) => string | null) {
  const t = useTexts();
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: (made) => {
      const text = done(made);
      if (text !== null) say(text);
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("state.offline")),
  });
}

export const makeTablet = (tablet: { store_code: string; name: string }) =>
  api.post<BindingCode>("/api/tablets", tablet);
export const renewCode = (tablet_id: number) => api.post<BindingCode>(`/api/tablets/${tablet_id}/code`);
export const endTablet = (tablet_id: number) => api.delete(`/api/tablets/${tablet_id}`);
export const pinLink = (person_id: number) => api.post<{ link: string }>(`/api/people/${person_id}/pin-link`);
export const takePin = (person_id: number) => api.delete(`/api/people/${person_id}/pin`);
