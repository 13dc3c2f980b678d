import type { MetricDefinition } from "../../src/metrics/definition.ts";
import { CONVERSION_METRICS } from "./conversion.ts";
import { LOYALTY_METRICS } from "./loyalty.ts";
import { MEMBER_METRICS } from "./members.ts";
import { TRADE_METRICS } from "./trade.ts";

/** The shipped metrics in the order in which they are shown. */
export const METRIC_DEFINITIONS: readonly MetricDefinition[] = [
  ...MEMBER_METRICS,
  ...TRADE_METRICS,
  ...LOYALTY_METRICS,
  ...CONVERSION_METRICS,
];
