export type { MetricDefinition, MetricUnit } from "./definition.ts";
export { type MetricsView, type MetricView, metricsView, shownDay } from "./view.ts";
