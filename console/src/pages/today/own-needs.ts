import { useQueries } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useSession } from "../../api/session.ts";
import { durationText } from "../../parts/figures.tsx";
import { formatInstant } from "../../texts/format.ts";
import { pick, type Translate, useTexts } from "../../texts/texts.ts";
import type { Need } from "./today-data.ts";

interface Incident {
  readonly incident_id: number;
  readonly zh: string;
  readonly en: string;
  readonly label: string;
  readonly level: "warn" | "alarm";
  readonly severity: string | null;
  readonly opened_at: string;
  readonly due_at: string;
  readonly acknowledged_by_name: string | null;
}

const LOOK_MS = 30_000;
const INCIDENTS_SHOWN = 5;

/** What waits for this very person under Trust: incidents, approvals, rights requests past their day, a late review. */
export function useOwnNeeds(): { readonly needs: readonly Need[]; readonly loading: boolean } {
  const t = useTexts("today");
  const session = useSession();
  const may = (permission: string) => session?.permissions.includes(permission) ?? false;
  const look = <Answer>(key: string, path: string, enabled: boolean, query: Record<string, string | boolean> = {}) => ({
    queryKey: ["own-needs", key],
    enabled,
    refetchInterval: LOOK_MS,
    queryFn: ({ signal }: { signal: AbortSignal }) => api.get<Answer>(path, query, signal),
  });
  const [incidents, approvals, requests, reviews] = useQueries({
    queries: [
      look<{ items: readonly Incident[] }>("incidents", "/api/trust/incidents", may("trust.read"), {
        state: "open",
        synthetic: false,
      }),
      look<{ for_me: number; ready: number }>("approvals", "/api/approvals/count", true),
      look<{ counts: { overdue: number } }>("requests", "/api/privacy/requests", may("privacy.read"), {
        state: "overdue",
      }),
      look<{ overdue: boolean; items: readonly { signed_at: string | null; review_id: number }[] }>(
        "reviews",
        "/api/access-reviews",
        may("people.manage"),
      ),
    ],
  });
  const needs = [
    ...incidentNeeds(incidents.data?.items ?? [], t),
    ...counted("approvals_for_me", approvals.data?.for_me ?? 0, "warning", "/trust/approvals"),
    ...counted("approvals_ready", approvals.data?.ready ?? 0, "info", "/trust/approvals?tab=mine"),
    ...counted("rights_overdue", requests.data?.counts.overdue ?? 0, "danger", "/trust/privacy?state=overdue"),
    ...counted("review_late", reviews.data?.overdue === true ? 1 : 0, "warning", "/trust/reviews"),
  ];
  return { needs, loading: [incidents, approvals, requests, reviews].some(({ isLoading }) => isLoading) };
}

function counted(code: string, count: number, severity: Need["severity"], link: string): Need[] {
  return count === 0 ? [] : [{ code, severity, params: {}, count, link }];
}

/** Nobody has taken it: most urgent. Each says since when, and how long is left of the time to answer. */
function incidentNeeds(items: readonly Incident[], t: Translate): Need[] {
  const shared: Translate = (key, params) => t(`shared:${key}`, params);
  const needs = items.map((one): Need => {
    const left = (new Date(one.due_at).getTime() - Date.now()) / 1000;
    const code = one.acknowledged_by_name !== null ? "incident_taken" : left < 0 ? "incident_late" : "incident_open";
    const grade = one.severity === null ? t(`level.${one.level}`) : t(`grade.${one.severity}`);
    return {
      code,
      severity: code === "incident_taken" ? "info" : one.level === "alarm" || left < 0 ? "danger" : "warning",
      params: {
        name: pick(one.zh, one.en) + (one.label === "" ? "" : ` · ${one.label}`),
        grade,
        since: formatInstant(one.opened_at),
        left: durationText(Math.abs(left), shared),
        person: one.acknowledged_by_name ?? "",
      },
      count: 1,
      link: `/trust/incidents/${one.incident_id}`,
    };
  });
  const rank = { danger: 0, warning: 1, info: 2 };
  return needs.toSorted((a, b) => rank[a.severity] - rank[b.severity]).slice(0, INCIDENTS_SHOWN);
}
