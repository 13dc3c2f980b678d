import type { Domain } from "../domains.ts";
import { startLoop } from "../platform/index.ts";
import { taskEvents } from "./acts/staff-task.ts";
import { advance } from "./advance.ts";
import { dryRunJob } from "./dry-run/job.ts";
import { enterPresent, journeyEvents, journeyStage } from "./enter.ts";
import "./errors.ts";
import { journeyIndicators } from "./indicators.ts";
import { journeyRoutes } from "./routes.ts";

const LOOK_EVERY_MS = 500;

export const domain: Domain = {
  name: "journeys",
  indicators: journeyIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["journeys"],
  routes: journeyRoutes,
  jobs: [dryRunJob],
  events: { ...journeyEvents, ...taskEvents },
  stage: journeyStage,
  start: async (ground) => {
    const turn = async () => {
      const entered = await enterPresent(ground);
      return (await advance(ground)) > 0 || entered;
    };
    const loop = startLoop(turn, {
      idle_ms: LOOK_EVERY_MS,
      onError: (error) => ground.log.error({ error: String(error) }, "the work on journeys failed"),
    });
    return () => loop.stop();
  },
};
