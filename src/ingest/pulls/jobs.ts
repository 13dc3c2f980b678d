import { defineJob, type Schedule, SYSTEM_SCOPE } from "../../store/index.ts";
import { PULL_JOB, runPull, startPull } from "./pull.ts";
import { duePulls } from "./pull-store.ts";

export const pullJobs = [
  defineJob<{ pull_id: number }>({
    kind: PULL_JOB,
    run: ({ ground, input, signal, progress }) => runPull(ground, input.pull_id, { signal, progress }),
    attempts_max: 1,
  }),
  defineJob<Record<string, never>>({
    kind: "ingest.pulls_due",
    run: async ({ ground }) => {
      const due = await ground.store.read(SYSTEM_SCOPE, (tx) => duePulls(tx, ground.clock.now()));
      let started = 0;
      for (const pull_id of due) {
        // One that is still running is due again when it has ended.
        await startPull(ground, pull_id).then(
          () => {
            started += 1;
          },
          (error: { code?: string }) => {
            if (error.code !== "jobs.already_running") throw error;
          },
        );
      }
      return { started };
    },
  }),
];

/** Every minute what is due is started. */
export const pullSchedules: readonly Schedule[] = [{ kind: "ingest.pulls_due", cron: "* * * * *" }];
