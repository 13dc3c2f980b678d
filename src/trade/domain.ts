import type { Domain } from "../domains.ts";
import "./errors.ts";
import { relations } from "./relations.ts";
import { tradeRoutes } from "./routes.ts";
import { apply, retract } from "./stage.ts";

export const domain: Domain = {
  name: "trade",
  migrations: new URL("./migrations/", import.meta.url),
  routes: tradeRoutes,
  relations,
  stage: { domain: "trade", apply, retract },
};
