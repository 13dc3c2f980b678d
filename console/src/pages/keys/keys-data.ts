import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { say, sayError } from "../../parts/toast.tsx";
import { addTexts, useTexts } from "../../texts/texts.ts";
import en from "./en.json";
import zh from "./zh.json";

addTexts("keys", { zh, en });

export interface KeyVersion {
  readonly version: number;
  readonly made_at: string;
  readonly total_values: number | null;
  readonly left_values: number | null;
  readonly unreadable_values: number;
  readonly emptied_at: string | null;
  readonly destroyed_at: string | null;
}

export interface Keys {
  readonly provider: string;
  readonly kek_id: string;
  readonly suite: string;
  readonly index_suite: string;
  readonly current_version: number;
  readonly age_days: number;
  readonly warn_days: number;
  readonly alarm_days: number;
  readonly versions: readonly KeyVersion[];
  /** The rotation that waits or runs. */
  readonly job_id: string | null;
}

export interface Backup {
  readonly backup_id: string;
  readonly snapshot_at: string;
  readonly finished_at: string;
  readonly place: string;
  readonly rows: number;
  readonly files: number;
  readonly bytes: number;
}

export interface Drill {
  readonly drill_id: string;
  readonly backup_id: string;
  readonly kind: "check" | "restore";
  readonly at: string;
  readonly duration_ms: number;
  readonly ok: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly zh: string; readonly en: string }[];
}

export interface Backups {
  readonly backups: readonly Backup[];
  readonly drills: readonly Drill[];
  readonly age_minutes: number | null;
  readonly warn_minutes: number;
  readonly alarm_minutes: number;
  readonly drill_age_minutes: number | null;
  readonly drill_warn_days: number;
  readonly journal: {
    readonly file: string;
    readonly writable: boolean;
    readonly entries: number;
    readonly newest_at: string | null;
  };
}

const KEYS = ["keys"] as const;
const ROTATING_MS = 2_000;

export function useKeys() {
  return useQuery({
    queryKey: KEYS,
    queryFn: ({ signal }) => api.get<Keys>("/api/keys", {}, signal),
    staleTime: 0,
    refetchInterval: (query) => (query.state.data?.job_id == null ? false : ROTATING_MS),
  });
}

export function useBackups() {
  return useQuery({
    queryKey: ["backups"],
    queryFn: ({ signal }) => api.get<Backups>("/api/backups", {}, signal),
    staleTime: 0,
  });
}

export function useRotation(onAsked: () => void) {
  const t = useTexts("keys");
  const client = useQueryClient();
  return useMutation({
    mutationFn: (act: "rotate" | "continue") => api.post<{ job_id: string }>("/api/keys/rotation", { act }),
    onSuccess: () => {
      say(t("asked"));
      onAsked();
      return client.invalidateQueries({ queryKey: KEYS });
    },
    onError: (error) => sayError(error, t("shared:state.offline")),
  });
}
