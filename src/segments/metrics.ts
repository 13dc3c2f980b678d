import type { Histogram } from "prom-client";
import type { Ground } from "../ground.ts";
import { freshnessHistogram, readGauge } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { waitingMarks } from "./membership-store.ts";
import { differenceTotal } from "./segment-store.ts";

/** Seconds from a change of a member to the memberships that follow it. */
export function freshnessOf(ground: Ground): Histogram {
  return freshnessHistogram(
    ground.metrics,
    "huitou_segments_freshness_seconds",
    "Seconds from a change of a member to its memberships",
  );
}

/** Registers the figures that are read when /metrics is asked. */
export function registerSegmentMetrics(ground: Ground): void {
  freshnessOf(ground);
  const gauge = (name: string, help: string, read: () => Promise<number>) =>
    readGauge(ground.metrics, name, help, read);
  gauge(
    "huitou_segments_marked",
    "Marks of members whose memberships wait to be evaluated",
    async () => (await ground.store.read(SYSTEM_SCOPE, waitingMarks)).marks,
  );
  gauge("huitou_segments_difference", "Memberships that the last full evaluations found wrong; must be 0", async () =>
    ground.store.read(SYSTEM_SCOPE, differenceTotal),
  );
}
