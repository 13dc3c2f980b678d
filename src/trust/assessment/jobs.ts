import { defineJob } from "../../store/index.ts";
import { assess } from "./run.ts";

export const ASSESS = "trust.assess";

export const assessmentJobs = [
  defineJob<{ person_id?: number | null }>({
    kind: ASSESS,
    attempts_max: 1,
    run: async ({ ground, input, progress, signal }) => {
      const assessment_id = await assess(ground, { person_id: input.person_id ?? null, progress, signal });
      return { assessment_id: assessment_id ?? null };
    },
  }),
];

/** Each night after the audit was verified. */
export const assessmentSchedules = [{ kind: ASSESS, cron: "40 19 * * *" }];
