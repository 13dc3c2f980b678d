import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { Instant } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { endStop, setStop, stops } from "./log-store.ts";
import { Policy } from "./policy.ts";
import { policyInForce, savePolicy } from "./policy-store.ts";
import { CHANNELS } from "./request.ts";
import { byOf, closed, manage, nothing, Nullable, read, Reason, tags } from "./route-parts.ts";

const What = Type.Union(["all", ...CHANNELS].map((what) => Type.Literal(what)));

/** The gate's rules and its stop buttons. */
export function gateRoutes(app: FastifyInstance, ground: Ground): void {
  stopRoutes(app, ground);
  stopActRoutes(app, ground);
  policyRoutes(app, ground);
}

function stopRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/stops",
    {
      schema: {
        summary: "What is stopped: everything, or a channel",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({
                what: Type.String(),
                reason: Type.String(),
                stopped_at: Instant,
                stopped_by_name: Nullable(Type.String()),
              }),
            ),
          }),
        },
      },
      config: read,
    },
    async () => {
      const items = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await stops(tx);
        const names = await staffNames(
          tx,
          rows.map((row) => row.stopped_by),
        );
        return rows.map(({ what, reason, stopped_at, stopped_by }) => ({
          what,
          reason,
          stopped_at: stopped_at.toISOString(),
          stopped_by_name: names.get(stopped_by ?? 0) ?? null,
        }));
      });
      return { items };
    },
  );
}

function stopActRoutes(app: FastifyInstance, ground: Ground): void {
  const StopBody = Type.Object({ what: What, reason: Reason }, closed);
  const StopQuery = Type.Object({ what: What });
  app.post<{ Body: Static<typeof StopBody> }>(
    "/api/messages/stops",
    {
      schema: { summary: "Stop everything, or a channel, at once", tags, body: StopBody, response: nothing },
      config: manage,
    },
    async (request, reply) => {
      const { what, reason } = request.body;
      Object.assign(request.audit_subject, { what, reason });
      await ground.store.write(SYSTEM_SCOPE, (tx) => setStop(tx, String(what), reason, byOf(ground, request)));
      return reply.code(204).send();
    },
  );
  app.delete<{ Querystring: Static<typeof StopQuery> }>(
    "/api/messages/stops",
    {
      schema: {
        summary: "Let messages out again; what was held back stays held",
        tags,
        querystring: StopQuery,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      Object.assign(request.audit_subject, { what: request.query.what });
      await ground.store.write(SYSTEM_SCOPE, (tx) => endStop(tx, String(request.query.what)));
      return reply.code(204).send();
    },
  );
}

function policyRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/messages/policy",
    { schema: { summary: "The rules of the gate", tags, response: { 200: Policy } }, config: read },
    async () => ground.store.read(SYSTEM_SCOPE, policyInForce),
  );
  app.put<{ Body: Policy }>(
    "/api/messages/policy",
    {
      schema: {
        summary: "Change the rules of the gate; they hold from the next message on",
        tags,
        body: Policy,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) => savePolicy(tx, request.body, byOf(ground, request)));
      return reply.code(204).send();
    },
  );
}
