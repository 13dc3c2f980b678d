import { useQuery } from "@tanstack/react-query";
import { setTimezone } from "../texts/business-time.ts";
import { api } from "./client.ts";

export interface SessionState {
  readonly setup_required: boolean;
  readonly signed_in: boolean;
  readonly brand_name: string | null;
  readonly person?: {
    readonly id: number | string;
    readonly name: string;
    readonly email: string;
    readonly role: string;
  };
  /** What the person must do before anything else: prove a second factor, add one, change an old password. */
  readonly owes: "prove" | "enrol" | "password" | null;
  readonly permissions: readonly string[];
  /** What the matrix says to each permission, L1 to L4. */
  readonly outcomes: Readonly<Record<string, readonly string[]>>;
  /** The role through whose eyes this session looks, on demo data only. */
  readonly viewing_as: string | null;
  readonly may_view_as: boolean;
  /** The colleague whose work this session does. */
  readonly acting_for: { readonly name: string; readonly role: string; readonly until_at: string } | null;
  readonly may_act_for: readonly {
    readonly delegation_id: number;
    readonly name: string;
    readonly role: string;
    readonly until_at: string;
  }[];
  /** The store whose tablet this browser is, and whether whoever is signed in came by a PIN. */
  readonly tablet: { readonly name: string; readonly store_name: string; readonly idle_minutes: number } | null;
  readonly at_tablet: boolean;
  readonly locale: string;
  readonly timezone: string;
}

export const SESSION_KEY = ["session"] as const;

export async function fetchSession(): Promise<SessionState> {
  const state = await api.get<SessionState>("/api/session/state");
  setTimezone(state.timezone);
  return state;
}

export function useSession(): SessionState | undefined {
  return useQuery({ queryKey: SESSION_KEY, queryFn: fetchSession, staleTime: 60_000 }).data;
}

/** May the signed-in person do this? Only hides what would be refused; the server decides. */
export function useCan(permission: string): boolean {
  return useSession()?.permissions.includes(permission) ?? false;
}

const LEVELS = ["L1", "L2", "L3", "L4"];

/**
 * May conditions of this permission ask about values of a sensitivity? Whoever sees them masked may not: asking for each
 * value would find them out. The server decides; this only spares a link that would be refused.
 */
export function useMayAsk(permission: string): (level: string) => boolean {
  const outcomes = useSession()?.outcomes[permission] ?? [];
  const most = outcomes.lastIndexOf("allow");
  return (level) => LEVELS.indexOf(level) <= Math.max(0, most);
}
