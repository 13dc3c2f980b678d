import { useQuery, type QueryClient } from "@tanstack/react-query";

export const THREE = ["system_admin", "security_admin", "audit_admin"] as const;
export type AdminRole = (typeof THREE)[number];

export interface NamedPerson {
  readonly name: string;
  readonly email: string;
}

/** One of the three, with the link that is told this once. */
export interface InvitedAdministrator extends NamedPerson {
  readonly role: AdminRole;
  readonly person_id: number;
  readonly link: string;
}

const MADE_KEY = ["made-administrators"] as const;

/**
 * The links of the three, until whoever set the platform up has handed them over: they stand nowhere else, so that the page
 * stays although the set-up is over.
 */
export function useMade(): readonly InvitedAdministrator[] | undefined {
  return useQuery<readonly InvitedAdministrator[]>({ queryKey: MADE_KEY, enabled: false }).data;
}

export const keepMade = (client: QueryClient, made: readonly InvitedAdministrator[]) =>
  client.setQueryData(MADE_KEY, made);
export const forgetMade = (client: QueryClient) => client.removeQueries({ queryKey: MADE_KEY });
