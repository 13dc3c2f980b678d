import type { Domain } from "../domains.ts";
import { replayDeletion } from "./erasure.ts";
import "./errors.ts";
import "./opening/errors.ts";
import { indexExchange } from "./index-exchange.ts";
import { relations } from "./relations.ts";
import { memberRoutes } from "./routes.ts";
import { stage } from "./stage.ts";
import { totalsDue } from "./totals.ts";
import { memberIndicators } from "./indicators.ts";

export const domain: Domain = {
  name: "members",
  indicators: memberIndicators,
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["members"],
  routes: memberRoutes,
  events: { "members.totals_due": totalsDue },
  relations,
  replayDeletion,
  indexExchange,
  stage,
};
