import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { aboutOne } from "../../platform/index.ts";
import { Instant } from "../../platform/request-schema.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { requireStrong } from "../rights.ts";
import { ownedBy, setLeaving } from "./leavers.ts";

const tags = ["access"];
const Params = Type.Object({ person_id: Type.Integer() });
const Leaving = Type.Object({ leaves_at: Type.Union([Type.Null(), Instant]) }, { additionalProperties: false });
const Owned = Type.Object({
  clients: Type.Array(Type.Object({ client_id: Type.Integer(), name: Type.String() })),
  matrix_versions: Type.Array(Type.Object({ version: Type.Integer(), state: Type.String() })),
  delegations: Type.Array(Type.Object({ delegation_id: Type.Integer() })),
});

/** Whoever leaves: when, and what is to be handed over. */
export function leaverRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof Params>; Body: Static<typeof Leaving> }>(
    "/api/people/:person_id/leaving",
    {
      schema: {
        summary: "Say when an account ends by itself; null: it does not",
        tags,
        params: Params,
        body: Leaving,
        response: { 204: Type.Null() },
      },
      config: aboutOne("person", {
        access: { permission: "people.manage", level: "L2", audit: "access.leaving" },
      } as const),
    },
    async (request, reply) => {
      const { signed_in: signed } = request;
      if (signed === undefined) throw problem("access.not_signed_in");
      const { leaves_at } = request.body;
      request.audit_subject["leaves_at"] = leaves_at;
      requireStrong(ground, signed, "people.manage");
      const at = leaves_at === null ? null : new Date(leaves_at);
      await setLeaving(ground, signed.person, request.params.person_id, at);
      return reply.code(204).send();
    },
  );
  app.get<{ Params: Static<typeof Params> }>(
    "/api/people/:person_id/owned",
    {
      schema: {
        summary: "What is to be handed over before a person leaves",
        tags,
        params: Params,
        response: { 200: Owned },
      },
      config: aboutOne("person", { access: { permission: "people.manage", level: "L2" } } as const),
    },
    async (request) => {
      const owned = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        ownedBy(tx, request.params.person_id, ground.wall.now()),
      );
      return {
        clients: [...owned.clients],
        matrix_versions: [...owned.matrix_versions],
        delegations: [...owned.delegations],
      };
    },
  );
}
