import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export interface ClientKey {
  readonly key_id: number;
  readonly prefix: string;
  readonly made_at: string;
  readonly expires_at: string;
  readonly good: boolean;
}

/** What a client is made of; the server checks all of it. */
export interface ClientDraft {
  readonly name: string;
  readonly owner_id: number;
  readonly permissions: readonly string[];
  readonly stores: readonly string[] | null;
  readonly addresses: readonly string[];
  readonly rate_per_minute: number;
}

export interface Client extends ClientDraft {
  readonly client_id: number;
  readonly owner_name: string;
  readonly state: "active" | "no_key" | "owner_gone" | "revoked";
  readonly last_used_at: string | null;
  readonly last_used_ip: string | null;
  readonly last_refused_at: string | null;
  readonly last_refused_ip: string | null;
  readonly last_refused_why: string | null;
  readonly keys: readonly ClientKey[];
}

export interface Clients {
  readonly items: readonly Client[];
  readonly people: readonly { readonly id: number; readonly name: string; readonly role: string }[];
  readonly permissions: readonly { readonly permission: string; readonly zh: string; readonly en: string }[];
}

export interface MadeKey {
  readonly key: string;
  readonly expires_at: string;
}

const KEY = ["clients"] as const;

export function useClients() {
  return useQuery({ queryKey: KEY, queryFn: ({ signal }) => api.get<Clients>("/api/clients", {}, signal) });
}

export function useMakeClient(onMade: (made: MadeKey) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (draft: ClientDraft & { expiry_days: number }) => api.post<MadeKey>("/api/clients", draft),
    onSuccess: (made) => {
      onMade(made);
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function useChangeClient(onDone: () => void) {
  const t = useTexts("clients");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ client_id, ...draft }: ClientDraft & { client_id: number }) =>
      api.patch(`/api/clients/${client_id}`, draft),
    onSuccess: () => {
      say(t("changed"));
      onDone();
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}

export function useRotate(onMade: (made: MadeKey) => void) {
  const t = useTexts("clients");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ client_id, ...body }: { client_id: number; overlap_hours: number; expiry_days: number }) =>
      api.post<MadeKey>(`/api/clients/${client_id}/keys`, body),
    onSuccess: (made) => {
      onMade(made);
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** Ends a client, or one of its keys. */
export function useEnd(onDone: () => void) {
  const t = useTexts("clients");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ client_id, key_id }: { client_id: number; key_id?: number }) =>
      api.delete(`/api/clients/${client_id}${key_id === undefined ? "" : `/keys/${key_id}`}`),
    onSuccess: () => {
      say(t("changed"));
      onDone();
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}
