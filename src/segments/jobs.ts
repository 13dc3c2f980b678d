import { defineJob, type JobKind } from "../store/index.ts";
import { refreshSegments } from "./segments.ts";

/** A kept count is never older than this while the platform runs. */
const AGE_MS_MAX = 5 * 60_000;

export const refreshJob: JobKind = defineJob<Record<string, never>>({
  kind: "segments.refresh",
  run: async ({ ground, signal }) => {
    const before = new Date(ground.clock.now().getTime() - AGE_MS_MAX);
    return { refreshed: await refreshSegments(ground, before, signal) };
  },
});
