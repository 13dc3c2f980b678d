import { addDays, daysBetween, lastClosedDay } from "../platform/index.ts";
import type { Indicator } from "../store/index.ts";
import { metricsState, writeState } from "./state-store.ts";

const late: Indicator = {
  name: "metrics.late",
  zh: "经营指标滞后",
  en: "Figures behind",
  how: {
    zh: "最近一个结束的营业日比已算出的指标晚几天",
    en: "Days between the last closed business day and the newest figures",
  },
  unit: "days",
  direction: "above",
  // one day is how things stand between midnight and the first computation
  warn: 2,
  alarm: 3,
  window_minutes: null,
  advice: {
    zh: "看后台任务 metrics.daily 的失败原因；算出前晨报与首页停在旧的一天。",
    en: "See why the job metrics.daily fails. Until it runs, the morning table and the home page stand on an old day.",
  },
  link: "/metrics",
  read: async ({ tx, ground, world_at }) => {
    const state = await metricsState(tx);
    if (state === undefined) return [];
    const closed = lastClosedDay(world_at, ground.config.timezone);
    return [{ part: "", value: Math.max(0, daysBetween(state.through_day, closed)) }];
  },
  inject: async ({ tx, ground, world_at }, limit) => {
    const closed = lastClosedDay(world_at, ground.config.timezone);
    const through_day = addDays(closed, -(limit + 1));
    const first_month = through_day.slice(0, 7);
    await writeState(tx, { through_day, first_month, currency: ground.config.currency, computed_at: world_at });
    return { part: "" };
  },
};

export const metricIndicators: readonly Indicator[] = [late];
