import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { Day, problem } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { activityRoutes } from "./activity-routes.ts";
import { grantRoutes } from "./grant-routes.ts";
import { AMOUNT_MAX } from "./ladder.ts";
import { ladderRoutes } from "./ladder-routes.ts";
import { ladderState } from "./ladder-store.ts";
import { coverageMatrix, membersOfList, nearDefault, recentOverview } from "./lists.ts";
import { tierOpeningRoutes } from "./opening/opening-routes.ts";

const tags = ["tiers"];
const read = { access: { permission: "tiers.read", level: "L3", enter: "L2" } } as const;
const Within = Type.Optional(Type.Integer({ minimum: 1, maximum: AMOUNT_MAX }));

const ListQuery = Type.Object({
  list: Type.Union([Type.Literal("tier"), Type.Literal("near"), Type.Literal("fall"), Type.Literal("moved")]),
  tier: Type.Optional(Type.String({ maxLength: 40 })),
  within: Within,
  since_day: Type.Optional(Day),
  direction: Type.Optional(Type.Union([Type.Literal("up"), Type.Literal("down")])),
  cursor: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});

export function tierRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: { within?: number } }>(
    "/api/tiers",
    {
      schema: {
        summary: "The ladder in force: tiers with members and spend, who is near, would fall, moved; coverage",
        tags,
        querystring: Type.Object({ within: Within }),
      },
      config: read,
    },
    async ({ query, scope }) =>
      ground.store.read(scope, async (tx) => {
        const state = await ladderState(tx);
        if (state === undefined) return { state: "none" };
        return recentOverview(tx, ground, state, scope, query.within ?? nearDefault(state.definition));
      }),
  );
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/tiers/members",
    {
      schema: {
        summary: "Members of a tier, near the next one, who would fall, or who moved lately",
        tags,
        querystring: ListQuery,
      },
      config: read,
    },
    async ({ query: { cursor, limit, ...query }, scope }) =>
      ground.store.read(scope, async (tx) => {
        const state = await ladderState(tx);
        if (state === undefined) throw problem("tiers.none_in_force");
        return membersOfList(tx, ground, state, query, { scope, cursor, limit: limit ?? 50 });
      }),
  );
  app.get(
    "/api/tiers/coverage",
    {
      schema: { summary: "Members by tier and lifecycle stage, and which cells have a live treatment", tags },
      config: read,
    },
    async () => ground.store.read(SYSTEM_SCOPE, coverageMatrix),
  );
  ladderRoutes(app, ground);
  grantRoutes(app, ground);
  tierOpeningRoutes(app, ground);
  activityRoutes(app, ground);
}
