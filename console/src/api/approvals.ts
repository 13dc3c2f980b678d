import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { APPROVAL_ASKED, api } from "./client.ts";

export const APPROVALS_KEY = ["approvals"] as const;
const LOOK_MS = 60_000;

/** How many requests wait for this person: to be decided, or approved and to be carried out. */
export function useApprovalCount(enabled: boolean): number {
  const client = useQueryClient();
  useEffect(() => {
    const renew = () => void client.invalidateQueries({ queryKey: APPROVALS_KEY });
    window.addEventListener(APPROVAL_ASKED, renew);
    return () => window.removeEventListener(APPROVAL_ASKED, renew);
  }, [client]);
  const query = useQuery({
    queryKey: [...APPROVALS_KEY, "count"],
    enabled,
    queryFn: ({ signal }) => api.get<{ for_me: number; ready: number }>("/api/approvals/count", {}, signal),
    refetchInterval: LOOK_MS,
    staleTime: LOOK_MS / 2,
  });
  return (query.data?.for_me ?? 0) + (query.data?.ready ?? 0);
}
