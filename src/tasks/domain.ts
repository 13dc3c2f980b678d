import type { Domain } from "../domains.ts";
import type { OutboxEvent, OutboxHandler } from "../store/index.ts";
import { forgetAssigned } from "./associate-store.ts";
import { associateRoutes } from "./associate-routes.ts";
import "./errors.ts";
import { handOverRoutes } from "./hand-over-routes.ts";
import { associateStage } from "./stage.ts";
import { taskRoutes } from "./task-routes.ts";
import { forgetTasks } from "./task-store.ts";

type Erased = { readonly member_id: number; readonly party_ids: readonly number[] };

const forget: OutboxHandler = async (tx, _ground, events: readonly OutboxEvent<Erased>[]) => {
  const numbers = [...new Set(events.flatMap(({ payload }) => [payload.member_id, ...payload.party_ids]))];
  await forgetAssigned(tx, numbers);
  await forgetTasks(tx, numbers);
};

export const domain: Domain = {
  name: "tasks",
  no_indicators: "A task that is late stands red on the page of its store; nothing of the platform has failed.",
  migrations: new URL("./migrations/", import.meta.url),
  schemas: ["tasks"],
  routes: (app, ground) => {
    associateRoutes(app, ground);
    taskRoutes(app, ground);
    handOverRoutes(app, ground);
  },
  stage: associateStage,
  events: { "members.erased": forget },
};
