import type { Domain } from "../domains.ts";
import { startLoop } from "../platform/index.ts";
import { taskEvents } from "./acts/staff-task.ts";
import { advance } from "./advance.ts";
import { dryRunJob } from "./dry-run/job.ts";
import { enterPresent, journeyEvents, journeyStage } from "./enter.ts";
import "./errors.ts";
import { journeyIndicators } from "./indicators.ts";
import { hearCredits, ownEvents } from "./own-events.ts";
import { journeyRoutes } from "./routes.ts";
import { enterScheduled } from "./schedule/enter-scheduled.ts";

const LOOK_EVERY_MS = 500;

export const domain: Domain = {
  name: "journeys",
  indicators: journeyIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["journeys"],
  routes: journeyRoutes,
  jobs: [dryRunJob],
  events: { ...journeyEvents, ...ownEvents, ...taskEvents },
  stage: journeyStage,
  start: async (ground) => {
    const loop = (turn: () => Promise<boolean>, failed: string) =>
      startLoop(turn, {
        idle_ms: LOOK_EVERY_MS,
        onError: (error) => ground.log.error({ error: String(error) }, failed),
      });
    // each on its own: many who come in, or a condition that fails, keep nobody who is under way
    const loops = [
      loop(async () => (await advance(ground)) > 0, "the work on journeys failed"),
      loop(() => enterPresent(ground), "letting members of segments into journeys failed"),
      loop(() => enterScheduled(ground), "letting members into scheduled journeys failed"),
      loop(() => hearCredits(ground), "hearing of points for journeys failed"),
    ];
    return async () => {
      await Promise.all(loops.map((one) => one.stop()));
    };
  },
};
