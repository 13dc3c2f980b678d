import type { Domain } from "../domains.ts";
import "./errors.ts";
import { recoveryIndicators } from "./indicators.ts";
import { recoveryRoutes } from "./routes.ts";

export const domain: Domain = {
  name: "recovery",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["recovery"],
  routes: recoveryRoutes,
  indicators: recoveryIndicators,
};
