import type { Domain } from "../domains.ts";
import { todayRoutes } from "./routes.ts";

export const domain: Domain = {
  name: "today",
  schemas: [],
  no_indicators: "It shows what other domains know and keeps nothing.",
  routes: todayRoutes,
};
