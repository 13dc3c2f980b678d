import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { SECURITY_KEY } from "../../api/security.ts";
import { SESSION_KEY } from "../../api/session.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { useTexts } from "../../texts/texts.ts";

/** What a change of one's own security makes stale: the page, and what the session still owes. */
export function useRenewSecurity(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: SECURITY_KEY }),
      client.invalidateQueries({ queryKey: SESSION_KEY }),
    ]);
  };
}

/** An act on one's own security that says when it is done, or why it was refused. */
export function useAct<Given, Made>(act: (given: Given) => Promise<Made>, done: (made: Made) => string | undefined) {
  const t = useTexts();
  const renew = useRenewSecurity();
  return useMutation({
    mutationFn: act,
    onSuccess: (made) => {
      const text = done(made);
      if (text !== undefined) say(text);
      return renew();
    },
    onError: (error) => sayError(error, t("state.offline")),
  });
}

export const removeFactor = (factor_id: number) => api.delete(`/api/me/factors/${factor_id}`);
export const endSession = (session_id: number) => api.delete(`/api/me/sessions/${session_id}`);
export const endOtherSessions = () => api.delete<{ ended: number }>("/api/me/sessions");
export const renewRecoveryCodes = () => api.post<{ recovery_codes: readonly string[] }>("/api/me/recovery-codes");
