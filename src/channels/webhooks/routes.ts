import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, Instant, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { deliveryById, KEPT_DAYS, listDeliveries, replayOne, replayPeriod } from "./delivery-store.ts";
import {
  changeEndpoint,
  deleteEndpoint,
  endpointById,
  insertEndpoint,
  listEndpoints,
  replaceSecret,
} from "./endpoint-store.ts";
import { requireAddress, requireKinds, sendTest } from "./endpoints.ts";
import { EVENT_KINDS } from "./event-kinds.ts";
import {
  Attempt,
  connect,
  Delivery,
  DeliveryParams,
  DeliveryState,
  Endpoint,
  EndpointParams,
  Kind,
  Nullable,
  OutcomeWord,
  read,
  tags,
} from "./route-parts.ts";
import { newWebhookSecret } from "./signature.ts";

const closed = { additionalProperties: false } as const;
const OVERLAP_HOURS_MAX = 168;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LISTED_MAX = 100;

const Name = Type.String({ minLength: 1, maxLength: 60 });
const Address = Type.String({ minLength: 8, maxLength: 1_000, pattern: "^https?://" });
const Kinds = Type.Array(Kind, { minItems: 1, maxItems: 100, uniqueItems: true });
const NewBody = Type.Object({ name: Name, address: Address, kinds: Kinds }, closed);
const ChangeBody = Type.Object(
  {
    name: Type.Optional(Name),
    address: Type.Optional(Address),
    kinds: Type.Optional(Kinds),
    on: Type.Optional(Type.Boolean({ description: "false: nothing is sent, what happens waits" })),
  },
  closed,
);
const RotateBody = Type.Object(
  { overlap_hours: Type.Integer({ minimum: 0, maximum: OVERLAP_HOURS_MAX, default: 24 }) },
  closed,
);
const Secret = Type.Object({ secret: Type.String({ description: "Shown this once" }) });
const ListQuery = Type.Object({
  state: Type.Optional(DeliveryState),
  kind: Type.Optional(Kind),
  cursor: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const ReplayBody = Type.Object({ from: Instant, to: Instant, failed_only: Type.Optional(Type.Boolean()) }, closed);
const nothing = { 204: Type.Null() };
type One = { Params: Static<typeof EndpointParams> };

const iso = (at: Date | null) => at?.toISOString() ?? null;
const personOf = (request: FastifyRequest) => request.person?.person_id ?? null;

/** Endpoints of the brand's own systems: made, changed, given other secrets, tested; their log and its replay. */
export function webhookRoutes(app: FastifyInstance, ground: Ground): void {
  listRoutes(app, ground);
  makeRoute(app, ground);
  oneEndpointRoutes(app, ground);
  testRoute(app, ground);
  secretRoutes(app, ground);
  logRoutes(app, ground);
  replayRoutes(app, ground);
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/webhooks/kinds",
    {
      schema: {
        summary: "What an endpoint can be told, with an example of its data",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(
              Type.Object({ kind: Type.String(), zh: Type.String(), en: Type.String(), example: Type.Unknown() }),
            ),
          }),
        },
      },
      config: read,
    },
    async () => ({ items: EVENT_KINDS }),
  );
  app.get(
    "/api/webhooks/endpoints",
    {
      schema: {
        summary: "Endpoints, how they stand and what waits for them",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Endpoint), kept_days: Type.Integer() }) },
      },
      config: read,
    },
    async () => {
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => listEndpoints(tx, ground.wall.now()));
      const items = rows.map((row) => ({
        ...row,
        disabled_at: iso(row.disabled_at),
        failing_since: iso(row.failing_since),
        last_ok_at: iso(row.last_ok_at),
        secret_before_until: iso(row.secret_before_until),
        made_at: row.made_at.toISOString(),
      }));
      return { items, kept_days: KEPT_DAYS };
    },
  );
}

function makeRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof NewBody> }>(
    "/api/webhooks/endpoints",
    {
      schema: {
        summary: "Add an endpoint; its secret is shown this once, its address never whole again",
        tags,
        body: NewBody,
        response: { 201: Type.Object({ endpoint_id: Type.Integer(), secret: Type.String() }) },
      },
      config: connect,
    },
    async (request, reply) => {
      const { name, address, kinds } = request.body;
      requireKinds(kinds);
      await requireAddress(ground, address);
      const secret = newWebhookSecret();
      const wanted = { name, address, kinds, secret, made_by: personOf(request) };
      const endpoint_id = await ground.store.write(SYSTEM_SCOPE, (tx) => insertEndpoint(tx, ground, wanted));
      Object.assign(request.audit_subject, { endpoint_id, kinds: kinds.join(" ") });
      return reply.code(201).send({ endpoint_id, secret });
    },
  );
}

const Tried = Type.Object({
  delivery_id: Type.Integer(),
  outcome: Nullable(OutcomeWord),
  status: Nullable(Type.Integer()),
  latency_ms: Nullable(Type.Integer()),
});

function oneEndpointRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("webhook_endpoint", connect);
  app.patch<One & { Body: Static<typeof ChangeBody> }>(
    "/api/webhooks/endpoints/:endpoint_id",
    {
      schema: {
        summary: "Change an endpoint, stop it or turn it on again",
        tags,
        params: EndpointParams,
        body: ChangeBody,
        response: nothing,
      },
      config: one,
    },
    async (request, reply) => {
      const { endpoint_id } = request.params;
      const { address, kinds, name, on } = request.body;
      if (kinds !== undefined) requireKinds(kinds);
      if (address !== undefined) await requireAddress(ground, address);
      Object.assign(request.audit_subject, { name, on, kinds: kinds?.join(" "), address: address !== undefined });
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await endpointById(tx, endpoint_id);
        await changeEndpoint(tx, ground, endpoint_id, request.body);
      });
      return reply.code(204).send();
    },
  );
  app.delete<One>(
    "/api/webhooks/endpoints/:endpoint_id",
    {
      schema: {
        summary: "Take an endpoint away, with its log and what waits for it",
        tags,
        params: EndpointParams,
        response: nothing,
      },
      config: one,
    },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await endpointById(tx, request.params.endpoint_id);
        await deleteEndpoint(tx, request.params.endpoint_id);
      });
      return reply.code(204).send();
    },
  );
}

function testRoute(app: FastifyInstance, ground: Ground): void {
  app.post<One>(
    "/api/webhooks/endpoints/:endpoint_id/test",
    {
      schema: {
        summary: "Send a test as anything else is sent, and say what came back",
        tags,
        params: EndpointParams,
        response: {
          200: Tried,
        },
      },
      config: aboutOne("webhook_endpoint", connect),
    },
    async (request) => {
      const { delivery_id, tried } = await sendTest(ground, request.params.endpoint_id);
      Object.assign(request.audit_subject, { outcome: tried?.outcome, status: tried?.status });
      const { outcome = null, status = null, latency_ms = null } = tried ?? {};
      return { delivery_id, outcome, status, latency_ms };
    },
  );
}

function secretRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<One & { Body: Static<typeof RotateBody> }>(
    "/api/webhooks/endpoints/:endpoint_id/secret",
    {
      schema: {
        summary: "Give an endpoint another secret; until the overlap ends messages are signed by both",
        tags,
        params: EndpointParams,
        body: RotateBody,
        response: { 200: Secret },
      },
      config: aboutOne("webhook_endpoint", connect),
    },
    async (request) => {
      const { endpoint_id } = request.params;
      const secret = newWebhookSecret();
      const overlap_ms = request.body.overlap_hours * HOUR_MS;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await endpointById(tx, endpoint_id);
        await replaceSecret(tx, ground, endpoint_id, { secret, overlap_ms });
      });
      Object.assign(request.audit_subject, { overlap_hours: request.body.overlap_hours });
      return { secret };
    },
  );
}

function logRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<One & { Querystring: Static<typeof ListQuery> }>(
    "/api/webhooks/endpoints/:endpoint_id/deliveries",
    {
      schema: {
        summary: "What was sent to an endpoint or waits for it, the newest first",
        tags,
        params: EndpointParams,
        querystring: ListQuery,
        response: { 200: Type.Object({ items: Type.Array(Delivery), next_cursor: Nullable(Type.Integer()) }) },
      },
      config: aboutOne("webhook_endpoint", read),
    },
    async (request) => {
      const { limit = 50, ...filter } = request.query;
      const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await endpointById(tx, request.params.endpoint_id);
        return listDeliveries(tx, request.params.endpoint_id, { ...filter, limit: limit + 1 });
      });
      const items = rows.slice(0, limit).map((row) => ({
        ...row,
        next_try_at: row.next_try_at.toISOString(),
        ended_at: iso(row.ended_at),
        occurred_at: row.occurred_at.toISOString(),
        made_at: row.made_at.toISOString(),
      }));
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.delivery_id ?? null) : null };
    },
  );
  app.get<{ Params: Static<typeof DeliveryParams> }>(
    "/api/webhooks/endpoints/:endpoint_id/deliveries/:delivery_id",
    {
      schema: {
        summary: "One delivery: what it says, and each attempt",
        tags,
        params: DeliveryParams,
        response: {
          200: Type.Object({
            webhook_id: Type.String(),
            kind: Type.String(),
            data: Type.Unknown(),
            occurred_at: Instant,
            attempts: Type.Array(Attempt),
          }),
        },
      },
      config: aboutOne("webhook_endpoint", read),
    },
    async (request) => {
      const { endpoint_id, delivery_id } = request.params;
      const row = await ground.store.read(SYSTEM_SCOPE, (tx) => deliveryById(tx, endpoint_id, delivery_id));
      return {
        ...row,
        occurred_at: row.occurred_at.toISOString(),
        attempts: row.attempts.map((attempt) => ({ ...attempt, at: attempt.at.toISOString() })),
      };
    },
  );
}

function replayRoutes(app: FastifyInstance, ground: Ground): void {
  const none =
    "what goes out has gone out before, to the same endpoint, under the same number; no personal data is in it";
  const one = aboutOne("webhook_endpoint", { access: { ...connect.access, approval: { none } } });
  app.post<{ Params: Static<typeof DeliveryParams> }>(
    "/api/webhooks/endpoints/:endpoint_id/deliveries/:delivery_id/replay",
    {
      schema: {
        summary: "Send one again, under the same webhook-id",
        tags,
        params: DeliveryParams,
        response: nothing,
      },
      config: one,
    },
    async (request, reply) => {
      const { endpoint_id, delivery_id } = request.params;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        if (!(await replayOne(tx, endpoint_id, delivery_id, ground.wall.now())))
          throw problem("channels.delivery_unknown", { endpoint_id, delivery_id });
      });
      return reply.code(204).send();
    },
  );
  app.post<One & { Body: Static<typeof ReplayBody> }>(
    "/api/webhooks/endpoints/:endpoint_id/replay",
    {
      schema: {
        summary: "Send a period again, by when things happened, under the same webhook-ids",
        tags,
        params: EndpointParams,
        body: ReplayBody,
        response: { 200: Type.Object({ deliveries: Type.Integer() }) },
      },
      config: one,
    },
    async (request) => {
      const { from, to, failed_only = false } = request.body;
      const period = { from: new Date(from), to: new Date(to), failed_only };
      const oldest = ground.clock.now().getTime() - KEPT_DAYS * DAY_MS;
      if (period.from >= period.to || period.from.getTime() < oldest)
        throw problem("channels.replay_period", { days: KEPT_DAYS });
      const deliveries = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await endpointById(tx, request.params.endpoint_id);
        return replayPeriod(tx, request.params.endpoint_id, period, ground.wall.now());
      });
      Object.assign(request.audit_subject, { from, to, failed_only, deliveries });
      return { deliveries };
    },
  );
}
