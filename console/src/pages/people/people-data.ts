import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly disabled: boolean;
  readonly invited: boolean;
  readonly locked_until: string | null;
  readonly has_factor: boolean;
  /** When the account ends by itself. */
  readonly leaves_at: string | null;
  /** null: not bound to stores. */
  readonly scope_stores: readonly string[] | null;
  /** Since when an account at the identity provider is bound to this one. */
  readonly sso_linked_at: string | null;
  readonly last_seen_at: string | null;
}

export interface Role {
  readonly role: string;
  readonly zh: string;
  readonly en: string;
  readonly permissions: readonly string[];
}

/** What each permission is called, by its code. */
export type PermissionNames = Readonly<Record<string, { readonly zh: string; readonly en: string }>>;

/** Accounts given, changed and reset by an owner only. */
export const KEPT_FOR_OWNERS: ReadonlySet<string> = new Set(["owner", "audit_admin"]);

const KEY = ["people"] as const;

export function usePeople() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) =>
      api.get<{ items: readonly Person[]; roles: readonly Role[] | null; permission_names: PermissionNames }>(
        "/api/people",
        {},
        signal,
      ),
  });
}

export function useChangePerson() {
  const t = useTexts("people");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      id,
      ...change
    }: {
      id: number;
      role?: string;
      disabled?: boolean;
      scope_stores?: readonly string[] | null;
    }) => api.patch(`/api/people/${id}`, change),
    onSuccess: () => {
      say(t("changed"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** Takes all second factors off a person who lost them, ends their sessions, or unlinks their account at the provider. */
export function useTakeAway() {
  const t = useTexts("people");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, what }: { id: number; what: "factors" | "sessions" | "sso-link" }) =>
      api.delete(`/api/people/${id}/${what}`),
    onSuccess: () => {
      say(t("changed"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** A one-time link for somebody who forgot their password. */
export function useResetLink(onMade: (link: string) => void) {
  const t = useTexts("people");
  return useMutation({
    mutationFn: (id: number) => api.post<{ link: string }>(`/api/people/${id}/reset-link`),
    onSuccess: (made) => onMade(made.link),
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

export function useInvite(onMade: (link: string) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (person: { name: string; email: string; role: string; scope_stores: string[] | null }) =>
      api.post<{ person_id: number; link: string }>("/api/people", person),
    onSuccess: (made) => {
      onMade(made.link);
      return client.invalidateQueries({ queryKey: KEY });
    },
  });
}

/** What somebody would leave behind. */
export interface Owned {
  readonly clients: readonly { readonly client_id: number; readonly name: string }[];
  readonly matrix_versions: readonly { readonly version: number; readonly state: string }[];
  readonly delegations: readonly { readonly delegation_id: number }[];
}

const ownedKey = (id: number) => [...KEY, id, "owned"] as const;

export function useOwned(id: number) {
  return useQuery({
    queryKey: ownedKey(id),
    queryFn: ({ signal }) => api.get<Owned>(`/api/people/${id}/owned`, {}, signal),
  });
}

/** When an account ends by itself; null: it does not. */
export function useLeaving() {
  const t = useTexts("people");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, leaves_at }: { id: number; leaves_at: string | null }) =>
      api.put(`/api/people/${id}/leaving`, { leaves_at }),
    onSuccess: () => {
      say(t("changed"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** Gives API clients to another owner, one by one; what was handed over before a refusal stays so. */
export function useHandOver(id: number) {
  const t = useTexts("people");
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ clients, owner_id }: { clients: readonly number[]; owner_id: number }) => {
      for (const client_id of clients) await api.patch(`/api/clients/${client_id}`, { owner_id });
    },
    onSuccess: () => say(t("changed")),
    onError: (error) => sayError(error, t("shared:state.offline")),
    onSettled: async () => {
      await client.invalidateQueries({ queryKey: ownedKey(id) });
      await client.invalidateQueries({ queryKey: ["clients"] });
    },
  });
}
