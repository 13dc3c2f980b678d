import type { Ground } from "../ground.ts";
import { openRejects, sourceViews, waitingImports } from "../ingest/index.ts";
import { openConflicts } from "../members/index.ts";
import { addDays, lastClosedDay } from "../platform/index.ts";
import type { Scope, Tx } from "../store/index.ts";
import { metricOf, ratioMetric, SERIES_DAYS, type TodayMetric } from "./figures.ts";
import {
  activeMembers,
  mainCurrency,
  memberSales,
  newestDay,
  newMembers,
  tickets,
  withdrawals,
} from "./today-store.ts";

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
    const closed = lastClosedDay(now, ground.config.timezone);
    const newest = await newestDay(tx);
    const day = newest === undefined || newest > closed ? closed : newest;
    const currency = await mainCurrency(tx, addDays(day, -SERIES_DAYS), ground.config.currency);
    return {
      business_day: day,
      as_of: now.toISOString(),
      currency,
      needs: await needsOf(tx, sources, now),
      metrics: newest === undefined ? [] : await metricsOf(tx, day, currency),
      sources,
    };
  });
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

async function metricsOf(tx: Tx, day: string, currency: string): Promise<TodayMetric[]> {
  const from = addDays(day, -SERIES_DAYS);
  const members = await tickets(tx, from, day, true);
  const all = await tickets(tx, from, day, false);
  return [
    metricOf("members_new", "people", await newMembers(tx, from, day), day, {
      link: `/members?joined_from=${day}&joined_to=${day}`,
      cause: "join_channel",
    }),
    metricOf("members_active", "people", await activeMembers(tx, from, day), day, { link: null, cause: null }),
    metricOf("sales_member", "fen", await memberSales(tx, from, day, currency), day, { link: null, cause: "store" }),
    ratioMetric("member_share", members, all, day, null),
    metricOf("orders", "count", all, day, { link: null, cause: "store" }),
    metricOf("unsubscribed", "people", await withdrawals(tx, from, day), day, { link: null, cause: null }),
  ];
}
