import type { Domain } from "../domains.ts";
import "./errors.ts";
import { type OutboxHandler, emit } from "../store/index.ts";
import { forgetParties } from "./party-store.ts";
import { relations } from "./relations.ts";
import { tradeRoutes } from "./routes.ts";
import { apply, retract } from "./stage.ts";

/** Erased members' sales stay as sales without a member; what copies sales is told afterwards. */
const membersErased: OutboxHandler = async (tx, _ground, events) => {
  const party_ids = events.flatMap((event) => (event.payload as { party_ids: readonly number[] }).party_ids);
  await forgetParties(tx, party_ids);
  await emit(tx, "trade.forgotten", [{ party_ids }]);
};

export const domain: Domain = {
  name: "trade",
  no_indicators: "Sales arrive through ingest, whose silence and reject rate are watched; nothing of its own runs.",
  migrations: new URL("./migrations/", import.meta.url),
  routes: tradeRoutes,
  relations,
  events: { "members.erased": membersErased },
  stage: { domain: "trade", apply, retract },
};
