import type { Histogram } from "prom-client";
import type { Ground } from "../ground.ts";
import { freshnessHistogram, readGauge } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { coverageGaps, dirtyCount } from "./dirty-store.ts";
import { ladderState } from "./ladder-store.ts";

/** Seconds from a change of a member's sales to the tier that shows it. */
export function freshnessOf(ground: Ground): Histogram {
  return freshnessHistogram(
    ground.metrics,
    "huitou_tiers_freshness_seconds",
    "Seconds from a change of a member to its tier",
  );
}

/** Registers the figures that are read when /metrics is asked. */
export function registerTierMetrics(ground: Ground): void {
  freshnessOf(ground);
  const gauge = (name: string, help: string, read: () => Promise<number | null>) =>
    readGauge(ground.metrics, name, help, read);
  gauge(
    "huitou_tiers_marked",
    "Marks of members that wait to be evaluated",
    async () => (await ground.store.read(SYSTEM_SCOPE, dirtyCount)).marks,
  );
  gauge(
    "huitou_tiers_uncovered",
    "Members without exactly one standing, and standings without a member; must be 0",
    async () => {
      const { without, strangers } = await ground.store.read(SYSTEM_SCOPE, coverageGaps);
      return without + strangers;
    },
  );
  gauge(
    "huitou_tiers_difference",
    "Members whose stored standing differed from the full evaluation; must be 0",
    async () => (await ground.store.read(SYSTEM_SCOPE, ladderState))?.difference ?? null,
  );
}
