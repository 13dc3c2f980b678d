import { Gauge, Histogram } from "prom-client";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { dirtyCount, tagState } from "./tags-store.ts";

const histograms = new WeakMap<Ground, Histogram>();

/** Seconds from a change to the tag that shows it. */
export function freshnessOf(ground: Ground): Histogram {
  const known = histograms.get(ground);
  if (known !== undefined) return known;
  const histogram = new Histogram({
    name: "huitou_tags_freshness_seconds",
    help: "Seconds from a change of a member to its tags",
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [ground.metrics],
  });
  histograms.set(ground, histogram);
  return histogram;
}

/** Registers the figures that are read when /metrics is asked. */
export function registerTagMetrics(ground: Ground): void {
  freshnessOf(ground);
  const gauge = (name: string, help: string, read: () => Promise<number | null>) =>
    new Gauge({
      name,
      help,
      registers: [ground.metrics],
      async collect() {
        const value = await read();
        if (value !== null) this.set(value);
      },
    });
  gauge(
    "huitou_tags_marked",
    "Marks of members that wait to be computed",
    async () => (await ground.store.read(SYSTEM_SCOPE, dirtyCount)).marks,
  );
  gauge(
    "huitou_tags_difference",
    "Members whose stored tags differed from the full computation; must be 0",
    async () => (await ground.store.read(SYSTEM_SCOPE, tagState)).difference,
  );
}
