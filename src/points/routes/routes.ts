import type { FastifyInstance } from "fastify";
import type { Ground } from "../../ground.ts";
import { actRoutes } from "./act-routes.ts";
import { budgetRoutes } from "./budget-routes.ts";
import { bulkRoutes } from "./bulk-routes.ts";
import { memberRoutes } from "./member-routes.ts";
import { offlineRoutes } from "./offline-routes.ts";
import { pointOpeningRoutes } from "./opening-routes.ts";
import { programmeRoutes } from "./programme-routes.ts";
import { reportRoutes } from "./report-routes.ts";

export function pointRoutes(app: FastifyInstance, ground: Ground): void {
  memberRoutes(app, ground);
  programmeRoutes(app, ground);
  reportRoutes(app, ground);
  budgetRoutes(app, ground);
  actRoutes(app, ground);
  bulkRoutes(app, ground);
  pointOpeningRoutes(app, ground);
  offlineRoutes(app, ground);
}
