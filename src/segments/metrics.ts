import { Gauge, Histogram } from "prom-client";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { waitingMarks } from "./membership-store.ts";
import { differenceTotal } from "./segment-store.ts";

const histograms = new WeakMap<Ground, Histogram>();

/** Seconds from a change of a member to the memberships that follow it. */
export function freshnessOf(ground: Ground): Histogram {
  const known = histograms.get(ground);
  if (known !== undefined) return known;
  const histogram = new Histogram({
    name: "huitou_segments_freshness_seconds",
    help: "Seconds from a change of a member to its memberships",
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [ground.metrics],
  });
  histograms.set(ground, histogram);
  return histogram;
}

/** Registers the figures that are read when /metrics is asked. */
export function registerSegmentMetrics(ground: Ground): void {
  freshnessOf(ground);
  const gauge = (name: string, help: string, read: () => Promise<number>) =>
    new Gauge({
      name,
      help,
      registers: [ground.metrics],
      async collect() {
        this.set(await read());
      },
    });
  gauge(
    "huitou_segments_marked",
    "Marks of members whose memberships wait to be evaluated",
    async () => (await ground.store.read(SYSTEM_SCOPE, waitingMarks)).marks,
  );
  gauge("huitou_segments_difference", "Memberships that the last full evaluations found wrong; must be 0", async () =>
    ground.store.read(SYSTEM_SCOPE, differenceTotal),
  );
}
