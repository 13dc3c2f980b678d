import type { FastifyInstance } from "fastify";
import type { Ground } from "../../ground.ts";
import type { Indicator, JobKind, Schedule } from "../../store/index.ts";
import { copyJobs } from "./copies.ts";
import { correctionRoutes } from "./correction-routes.ts";
import { erasureJobs } from "./erasure.ts";
import "./errors.ts";
import { registerRoutes } from "./register-routes.ts";
import { processorRoutes } from "./processor-routes.ts";
import { overdueRequests } from "./overdue.ts";
import { requestRoutes } from "./request-routes.ts";
import { retentionJobs, retentionRoutes, retentionSchedules } from "./retention.ts";
import { subjectRoutes } from "./subject-routes.ts";

/** Everything about personal rights that people and apps call. */
export function privacyRoutes(app: FastifyInstance, ground: Ground): void {
  requestRoutes(app, ground);
  correctionRoutes(app, ground);
  subjectRoutes(app, ground);
  processorRoutes(app, ground);
  registerRoutes(app, ground);
  retentionRoutes(app, ground);
}

export const privacyJobs: readonly JobKind[] = [...copyJobs, ...erasureJobs, ...retentionJobs];

/** What is watched all day. */
export const privacyIndicators: readonly Indicator[] = [overdueRequests];

export const privacySchedules: readonly Schedule[] = retentionSchedules;

export { provedRequests, requestDelays } from "./request-store.ts";
