import type { Domain } from "../domains.ts";
import { auditJobs, auditSchedules } from "./audit/jobs.ts";
import { startCheckpoints } from "./audit/sender.ts";
import "./clients/errors.ts";
import "./delegations/errors.ts";
import { leaverJobs, leaverSchedules } from "./delegations/leavers.ts";
import "./errors.ts";
import { accessIndicators } from "./indicators.ts";
import "./oidc/errors.ts";
import "./people-review-errors.ts";
import type { Tx } from "../store/index.ts";
import { waitsFor } from "../vault/index.ts";
import { accessRoutes } from "./routes.ts";
import { sweepJob, sweepSchedules } from "./sweep.ts";
import "./tablets/errors.ts";

/** What a colleague is asked to approve lies sealed and may name a value by its token. */
const nothingWaits = async (tx: Tx): Promise<void> => {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from access.approval where payload_sealed is not null",
  );
  const count = row?.count ?? 0;
  if (count > 0)
    throw waitsFor(
      `${count} 个待批准的操作，请批准、拒绝或撤回`,
      `${count} acts that wait for a colleague: decide or withdraw them`,
    );
};

export const domain: Domain = {
  name: "access",
  migrations: new URL("./migrations/", import.meta.url),
  routes: accessRoutes,
  jobs: [...auditJobs, sweepJob, ...leaverJobs],
  schedules: [...auditSchedules, ...sweepSchedules, ...leaverSchedules],
  indicators: accessIndicators,
  indexExchange: { ready: nothingWaits },
  start: async (ground) => {
    const checkpoints = await startCheckpoints(ground);
    return () => checkpoints.stop();
  },
};
