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
    mutationFn: ({ id, ...change }: { id: number; role?: string; disabled?: boolean }) =>
      api.patch(`/api/people/${id}`, change),
    onSuccess: () => {
      say(t("changed"));
      return client.invalidateQueries({ queryKey: KEY });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}

/** Takes all second factors off a person who lost them, or ends their sessions. */
export function useTakeAway() {
  const t = useTexts("people");
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, what }: { id: number; what: "factors" | "sessions" }) => api.delete(`/api/people/${id}/${what}`),
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
