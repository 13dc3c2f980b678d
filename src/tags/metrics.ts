import type { Histogram } from "prom-client";
import type { Ground } from "../ground.ts";
import { delaySeconds, freshnessHistogram, readGauge } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { dirtyCount } from "./dirty-store.ts";
import { tagFailures } from "./failure-store.ts";
import { tagHealth } from "./health.ts";
import { tagState } from "./tags-store.ts";

/** Seconds from a change to the tag that shows it. */
export function freshnessOf(ground: Ground): Histogram {
  return freshnessHistogram(
    ground.metrics,
    "huitou_tags_freshness_seconds",
    "Seconds from a change of a member to its tags",
  );
}

/** Registers the figures that are read when /metrics is asked. */
export function registerTagMetrics(ground: Ground): void {
  freshnessOf(ground);
  const gauge = (name: string, help: string, read: () => Promise<number | null>) =>
    readGauge(ground.metrics, name, help, read);
  gauge("huitou_tags_marked", "Marks of members that wait to be computed", async () => {
    const { marks, woken } = await ground.store.read(SYSTEM_SCOPE, dirtyCount);
    return marks + woken;
  });
  gauge("huitou_tags_behind_seconds", "How long the oldest mark of a member has been waiting", async () => {
    const { as_of } = await ground.store.read(SYSTEM_SCOPE, (tx) => tagHealth(tx, ground));
    return delaySeconds(ground.clock, as_of);
  });
  gauge(
    "huitou_tags_failed",
    "Tags that cannot be computed and were set aside; must be 0",
    async () => (await ground.store.read(SYSTEM_SCOPE, tagFailures)).length,
  );
  gauge(
    "huitou_tags_difference",
    "Members whose stored tags differed from the full computation; must be 0",
    async () => (await ground.store.read(SYSTEM_SCOPE, tagState)).difference,
  );
}
