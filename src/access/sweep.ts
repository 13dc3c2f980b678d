import { defineJob, SYSTEM_SCOPE } from "../store/index.ts";
import { securityPolicy } from "./policy.ts";

/** What authenticated somebody once and cannot any more is not kept: sessions past their hours, links past their day. */
export const sweepJob = defineJob({
  kind: "access.sweep",
  run: async ({ ground }) =>
    ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const now = ground.wall.now();
      const { session_hours_max } = await securityPolicy(tx);
      const sessions = await tx.execute("delete from access.session where created_at < $1", [
        new Date(now.getTime() - session_hours_max * 3_600_000),
      ]);
      const links = await tx.execute("delete from access.invitation where used_at is null and expires_at < $1", [now]);
      return { sessions, links };
    }),
});

export const sweepSchedules = [{ kind: "access.sweep", cron: "45 18 * * *" }];
