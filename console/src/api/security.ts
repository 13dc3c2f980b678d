import { useQuery } from "@tanstack/react-query";
import { api } from "./client.ts";

export interface Factor {
  readonly factor_id: number;
  readonly kind: "passkey" | "totp";
  readonly name: string;
  readonly created_at: string;
  readonly last_used_at: string | null;
  readonly synced: boolean | null;
}

export interface OwnSession {
  readonly session_id: number;
  readonly created_at: string;
  readonly last_seen_at: string;
  readonly assurance: number;
  readonly proved_by: string;
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly current: boolean;
}

export interface Security {
  readonly factors: readonly Factor[];
  readonly recovery_codes_left: number;
  readonly required: boolean;
  readonly owes: "prove" | "enrol" | "password" | null;
  readonly password_changed_at: string | null;
  readonly sessions: readonly OwnSession[];
}

export const SECURITY_KEY = ["my-security"] as const;

/** The signed-in person's own factors and sessions. */
export function useSecurity(enabled = true) {
  return useQuery({
    queryKey: SECURITY_KEY,
    queryFn: ({ signal }) => api.get<Security>("/api/me/security", {}, signal),
    enabled,
  });
}
