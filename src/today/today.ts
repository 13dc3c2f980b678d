import type { Ground } from "../ground.ts";
import { openRejects, sourceViews, waitingImports } from "../ingest/index.ts";
import { openConflicts } from "../members/index.ts";
import { lastClosedDay, paceOf } from "../platform/index.ts";
import { stuckSegments } from "../segments/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { tagHealth } from "../tags/index.ts";
import { isMetricsLate, metricsView, type MetricsView, storeChanges } from "../metrics/index.ts";
import { BY_STORE, HOME_METRICS, SERIES_DAYS, todayMetric, type TodayMetric } from "./figures.ts";

export interface Need {
  readonly code: string;
  readonly severity: "danger" | "warning" | "info";
  readonly params: Readonly<Record<string, string | number>>;
  readonly count: number;
  readonly link: string;
}

export interface TodayView {
  readonly business_day: string;
  readonly as_of: string;
  readonly currency: string;
  readonly needs: readonly Need[];
  readonly metrics: readonly TodayMetric[];
  readonly sources: Awaited<ReturnType<typeof sourceViews>>;
}

const IMPORTS_SHOWN_MAX = 3;

/** The home page: what needs a person, and what changed on the last closed day (or the newest day of older data). */
export async function today(ground: Ground, scope: Scope): Promise<TodayView> {
  const now = ground.clock.now();
  const sources = await sourceViews(ground);
  return ground.store.read(scope, async (tx) => {
    const view = await metricsView(tx, ground, scope, { keys: HOME_METRICS, days: SERIES_DAYS });
    const needs = [...(await stuckOf(tx, ground)), ...(await needsOf(tx, sources, now))];
    if (await isMetricsLate(tx, ground)) needs.push(LATE);
    return {
      business_day: view?.day ?? lastClosedDay(now, ground.config.timezone),
      as_of: now.toISOString(),
      currency: view?.currency ?? ground.config.currency,
      needs,
      metrics: view === undefined ? [] : await metricsOf(tx, scope, view),
      sources,
    };
  });
}

const LATE: Need = { code: "metrics_late", severity: "warning", params: {}, count: 1, link: "/metrics" };

/** What should follow the members within seconds and does not. */
async function stuckOf(tx: Tx, ground: Ground): Promise<Need[]> {
  const needs: Need[] = [];
  const { state, as_of, failures } = await tagHealth(tx, ground);
  const now = ground.clock.now();
  if (state === "stuck") {
    const minutes = Math.round((now.getTime() - as_of.getTime()) / 60_000);
    needs.push({ code: "tags_stuck", severity: "danger", params: { minutes }, count: 1, link: "/tags?state=stuck" });
  }
  const [first] = failures;
  if (first !== undefined) {
    const link = failures.length === 1 ? `/tags/${first.key}` : "/tags?state=failed";
    needs.push({ code: "tags_failed", severity: "danger", params: { key: first.key }, count: failures.length, link });
  }
  const segments = await stuckSegments(tx, now, paceOf(ground.clock));
  if (segments > 0)
    needs.push({ code: "segments_stuck", severity: "danger", params: {}, count: segments, link: "/segments" });
  return needs;
}

/** Needs are the platform's own state, not rows of stores: they are counted without a person's row scope. */
async function needsOf(tx: Tx, sources: TodayView["sources"], now: Date): Promise<Need[]> {
  const needs: Need[] = [];
  for (const source of sources) {
    if (source.state !== "live" || (source.freshness !== "silent" && source.freshness !== "late")) continue;
    const last = source.last_received_at === null ? now : new Date(source.last_received_at);
    const minutes = Math.round((now.getTime() - last.getTime()) / 60_000);
    needs.push({
      code: `source_${source.freshness}`,
      severity: source.freshness === "silent" ? "danger" : "warning",
      params: { source: source.name, minutes },
      count: 1,
      link: `/data/sources/${source.source_id}`,
    });
  }
  const rejects = await openRejects(tx);
  if (rejects > 0)
    needs.push({
      code: "rejects_open",
      severity: "warning",
      params: {},
      count: rejects,
      link: "/data/rejects?state=open",
    });
  const conflicts = await openConflicts(tx);
  if (conflicts > 0)
    needs.push({
      code: "conflicts_open",
      severity: "warning",
      params: {},
      count: conflicts,
      link: "/data/identities?tab=conflicts",
    });
  for (const waiting of (await waitingImports(tx)).slice(0, IMPORTS_SHOWN_MAX)) {
    needs.push({
      code: "import_waiting",
      severity: "info",
      params: { file: waiting.file_name },
      count: 1,
      link: `/data/imports/${waiting.import_id}`,
    });
  }
  return needs;
}

/** The same figures as the page of metrics, in the order of the home page. */
async function metricsOf(tx: Tx, scope: Scope, view: MetricsView): Promise<TodayMetric[]> {
  const byKey = new Map(view.items.map((item) => [item.definition.key, item]));
  const metrics: TodayMetric[] = [];
  for (const key of HOME_METRICS) {
    const item = byKey.get(key);
    if (item === undefined) continue;
    metrics.push(todayMetric(item, BY_STORE.has(key) ? await storeChanges(tx, scope, key, view.day) : []));
  }
  return metrics;
}
