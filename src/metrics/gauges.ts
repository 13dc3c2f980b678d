import type { Ground } from "../ground.ts";
import { addDays, readGauge, startOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { metricsState } from "./state-store.ts";

/** Registers the figures about the figures, read when /metrics is asked. */
export function registerMetricGauges(ground: Ground): void {
  readGauge(
    ground.metrics,
    "huitou_metrics_age_seconds",
    "Seconds since the end of the last business day that has figures",
    async () => {
      const state = await ground.store.read(SYSTEM_SCOPE, metricsState);
      if (state === undefined) return null;
      const end = startOfDay(addDays(state.through_day, 1), ground.config.timezone);
      return Math.max(0, Math.round((ground.clock.now().getTime() - end.getTime()) / 1000));
    },
  );
}
