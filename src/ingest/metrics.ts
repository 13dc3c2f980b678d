import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** Prometheus metrics of the edge and the pipeline. */
export interface IngestMetrics {
  readonly records: Counter<"source" | "outcome">;
  readonly applied: Counter<"kind">;
  readonly stage_seconds: Histogram<"stage">;
  readonly lag_seconds: Gauge;
  readonly spooled: Counter;
  readonly crc_wrong: Counter<"source">;
  readonly spool_bytes: Gauge;
}

const made = new WeakMap<Registry, IngestMetrics>();

export function ingestMetrics(registry: Registry): IngestMetrics {
  let metrics = made.get(registry);
  if (metrics === undefined) {
    const registers = [registry];
    metrics = {
      records: new Counter({
        name: "huitou_ingest_records_total",
        help: "Records by outcome at the edge",
        labelNames: ["source", "outcome"],
        registers,
      }),
      applied: new Counter({
        name: "huitou_ingest_applied_total",
        help: "Records applied by the pipeline",
        labelNames: ["kind"],
        registers,
      }),
      stage_seconds: new Histogram({
        name: "huitou_ingest_stage_seconds",
        help: "Time of one pipeline round by stage",
        labelNames: ["stage"],
        buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
        registers,
      }),
      lag_seconds: new Gauge({
        name: "huitou_ingest_lag_seconds",
        help: "Age of the oldest record of the last round when it was applied",
        registers,
      }),
      crc_wrong: new Counter({
        name: "huitou_ingest_crc_wrong_total",
        help: "Sensors requests whose checksum did not fit; they are taken",
        labelNames: ["source"],
        registers,
      }),
      spooled: new Counter({
        name: "huitou_ingest_spooled_total",
        help: "Requests that went through the spool",
        registers,
      }),
      spool_bytes: new Gauge({ name: "huitou_ingest_spool_bytes", help: "Bytes waiting in the spool", registers }),
    };
    made.set(registry, metrics);
  }
  return metrics;
}
