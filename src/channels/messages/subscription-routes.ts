import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberIdAt } from "../../members/index.ts";
import { aboutOne, Instant } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { Id, read, tags } from "./route-parts.ts";
import { memberStocks, templateStocks } from "./subscription-view-store.ts";

const Count = Type.Integer();
const Member = Type.Object({ member_id: Id });
const seen = { access: { permission: "members.read", level: "L3", enter: "L2" } } as const;

/** How many subscribe messages members have left: of each template, and of one member. */
export function subscriptionRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/subscriptions",
    {
      schema: {
        summary: "What members have left of each template of WeChat: one acceptance is one message",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                service_template: Type.String(),
                members: Type.Integer({ description: "Members with something left" }),
                members_ever: Type.Integer({ description: "Members who ever answered" }),
                left: Count,
                spent: Count,
                accepted_7d: Type.Integer({ description: "Acceptances of the last seven days" }),
              }),
            ),
          }),
        },
      },
      config: read,
    },
    async () => ({
      items: await ground.store.read(SYSTEM_SCOPE, (tx) => templateStocks(tx, ground.clock.now())),
    }),
  );
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/subscriptions",
    {
      schema: {
        summary: "Subscribe messages that a member has left, by template of WeChat, with what they said last",
        tags,
        params: Member,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                service_template: Type.String(),
                templates: Type.Array(Type.Object({ template: Type.String(), name: Type.String() })),
                left: Count,
                spent: Count,
                last_word: Type.String(),
                last_at: Instant,
              }),
            ),
          }),
        },
      },
      config: aboutOne("member", seen),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => memberStocks(tx, member_id));
      return { items: rows.map((row) => ({ ...row, last_at: row.last_at.toISOString() })) };
    },
  );
}
