import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { api } from "./client.ts";
import { SESSION_KEY } from "./session.ts";

export interface TillPerson {
  readonly person_id: number;
  readonly name: string;
  readonly has_pin: boolean;
}

/** The store that this browser is a tablet of, and the clerks who take turns at it. */
export interface Till {
  readonly tablet: {
    readonly name: string;
    readonly store_code: string;
    readonly store_name: string;
    readonly expires_at: string;
  } | null;
  readonly people: readonly TillPerson[];
}

const TILL_KEY = ["till"] as const;
const LOOK_MS = 60_000;

export function useTill() {
  return useQuery({
    queryKey: TILL_KEY,
    queryFn: ({ signal }) => api.get<Till>("/api/till", {}, signal),
    refetchInterval: LOOK_MS,
  });
}

/** What one person has looked at is not there for the next one. */
export function forgetPerson(client: QueryClient): void {
  const kept: readonly string[] = [SESSION_KEY[0], TILL_KEY[0]];
  client.removeQueries({ predicate: ({ queryKey }) => !kept.includes(String(queryKey[0])) });
}

/** Ends the turn of whoever works at the tablet; the names stand there again. */
export function useLeaveTill(): () => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    // whoever is out already is out
    await api.delete("/api/session").catch(() => undefined);
    await client.refetchQueries({ queryKey: SESSION_KEY });
    await navigate("/till", { replace: true });
    forgetPerson(client);
  };
}
