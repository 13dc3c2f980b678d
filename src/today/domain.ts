import type { Domain } from "../domains.ts";
import { todayRoutes } from "./routes.ts";

export const domain: Domain = { name: "today", schemas: [], routes: todayRoutes };
