import { Gauge, Histogram, type Registry } from "prom-client";

/** Borders in seconds that tell "at once" from "within the bars" from "stuck". */
const FRESHNESS_SECONDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** Seconds from a change to what follows it; one histogram for each name of a registry, made when first asked for. */
export function freshnessHistogram(registry: Registry, name: string, help: string): Histogram {
  const known = registry.getSingleMetric(name);
  if (known instanceof Histogram) return known;
  return new Histogram({ name, help, buckets: FRESHNESS_SECONDS, registers: [registry] });
}

/** A figure that is read whenever the metrics are asked for; null leaves the value that it had. */
export function readGauge(registry: Registry, name: string, help: string, read: () => Promise<number | null>): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      const value = await read();
      if (value !== null) this.set(value);
    },
  });
}
