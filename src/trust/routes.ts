import type { FastifyInstance } from "fastify";
import type { Ground } from "../ground.ts";
import { channelRoutes } from "./channel-routes.ts";
import { incidentRoutes } from "./incident-routes.ts";
import { reportRoutes } from "./report-routes.ts";
import { riskRoutes } from "./risk-routes.ts";
import { watchRoutes } from "./watch-routes.ts";

export function trustRoutes(app: FastifyInstance, ground: Ground): void {
  watchRoutes(app, ground);
  incidentRoutes(app, ground);
  reportRoutes(app, ground);
  riskRoutes(app, ground);
  channelRoutes(app, ground);
}
