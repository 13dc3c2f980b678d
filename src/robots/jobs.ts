import {
  type CancelledJob,
  defineJob,
  type OutboxEvent,
  type OutboxHandler,
  type Schedule,
  SYSTEM_SCOPE,
} from "../store/index.ts";
import { LANES } from "./robots.ts";
import { endUnrun, performRun, type RunInput } from "./run.ts";
import { forgetRuns } from "./run-store.ts";

const DAY_MS = 86_400_000;
/** Runs with their pictures are kept for so long; what was done in a back office is kept for good. */
export const RUNS_KEPT_DAYS = 60;
const FORGET_AT_ONCE = 500;

const runJobs = Array.from({ length: LANES }, (_, lane) =>
  defineJob<RunInput>({ kind: `robots.run_${lane + 1}`, attempts_max: 3, run: performRun }),
);

const sweepJob = defineJob({
  kind: "robots.sweep",
  run: async ({ ground }) => {
    const before = new Date(ground.clock.now().getTime() - RUNS_KEPT_DAYS * DAY_MS);
    let forgotten = 0;
    for (;;) {
      const gone = await ground.store.write(SYSTEM_SCOPE, (tx) => forgetRuns(tx, before, FORGET_AT_ONCE));
      forgotten += gone;
      if (gone < FORGET_AT_ONCE) return { forgotten };
    }
  },
});

export const robotJobs = [...runJobs, sweepJob];
export const robotSchedules: readonly Schedule[] = [{ kind: "robots.sweep", cron: "40 19 * * *" }];

/** A run that was stopped while it waited has ended too. */
export const runCancelled: OutboxHandler = async (tx, ground, events: readonly OutboxEvent<CancelledJob>[]) => {
  for (const { payload } of events)
    if (payload.kind.startsWith("robots.run_")) await endUnrun(tx, ground, (payload.input as RunInput).run_id);
};
