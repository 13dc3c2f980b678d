export type { MetricDefinition, MetricUnit } from "./definition.ts";
export { type MetricsView, type MetricView, isMetricsLate, metricsView, storeChanges } from "./view.ts";
