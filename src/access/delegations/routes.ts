import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/errors.ts";
import { aboutOne } from "../../platform/index.ts";
import { Instant } from "../../platform/request-schema.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { requireStrong } from "../rights.ts";
import { requireNothingOwed, type SignedIn } from "../sessions.ts";
import { actFor, approveDelegation, askDelegation, endDelegation, stateOf } from "./delegation.ts";
import { leaverRoutes } from "./leaver-routes.ts";
import { type DelegationRow, delegationsTo, listDelegations, standingDelegations } from "./delegation-store.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const AskBody = Type.Object(
  {
    giver_id: Type.Integer({ minimum: 1 }),
    taker_id: Type.Integer({ minimum: 1 }),
    from_at: Instant,
    until_at: Instant,
    reason: Type.String({ minLength: 2, maxLength: 300 }),
  },
  strict,
);
const Params = Type.Object({ delegation_id: Type.Integer() });
const ActBody = Type.Object({ delegation_id: orNull(Type.Integer({ minimum: 1 })) }, strict);
const Delegation = Type.Object({
  delegation_id: Type.Integer(),
  giver_id: Type.Integer(),
  giver: Type.String(),
  taker_id: Type.Integer(),
  taker: Type.String(),
  role: Type.String(),
  reason: Type.String(),
  from_at: Type.String(),
  until_at: Type.String(),
  approver: orNull(Type.String()),
  state: Type.String(),
});
const Delegations = Type.Object({ items: Type.Array(Delegation) });

const manage = { access: { permission: "people.manage", level: "L2" } } as const;
const act = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;

function view(row: DelegationRow, now: Date): Static<typeof Delegation> {
  return {
    delegation_id: row.delegation_id,
    giver_id: row.giver_id,
    giver: row.giver,
    taker_id: row.taker_id,
    taker: row.taker,
    role: row.role,
    reason: row.reason,
    from_at: row.from_at.toISOString(),
    until_at: row.until_at.toISOString(),
    approver: row.approver,
    state: stateOf(row, now),
  };
}

function signedOf(request: FastifyRequest): SignedIn {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  requireNothingOwed(request.signed_in);
  return request.signed_in;
}

/** Whoever decides about what others may do has shown a second factor just now, if there is one. */
function actorOf(ground: Ground, request: FastifyRequest): SignedIn["person"] {
  const signed = signedOf(request);
  requireStrong(ground, signed, "people.manage");
  return signed.person;
}

/** Somebody does a colleague's work for a while. */
export function delegationRoutes(app: FastifyInstance, ground: Ground): void {
  manageRoutes(app, ground);
  ownRoutes(app, ground);
  leaverRoutes(app, ground);
}

function manageRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/delegations",
    {
      schema: { summary: "Who does whose work, and until when", tags, response: { 200: Delegations } },
      config: manage,
    },
    async () => {
      const rows = await ground.store.read(SYSTEM_SCOPE, listDelegations);
      return { items: rows.map((row) => view(row, ground.wall.now())) };
    },
  );
  app.post<{ Body: Static<typeof AskBody> }>(
    "/api/delegations",
    {
      schema: {
        summary:
          "Ask that somebody may do a colleague's work for a while, 30 days at most; a second person approves it",
        tags,
        body: AskBody,
        response: { 201: Params },
      },
      config: act("access.delegation_ask"),
    },
    async (request, reply) => {
      Object.assign(request.audit_subject, request.body);
      const { from_at, until_at, ...rest } = request.body;
      const wish = { ...rest, from_at: new Date(from_at), until_at: new Date(until_at) };
      const delegation_id = await askDelegation(ground, actorOf(ground, request), wish);
      request.audit_subject["delegation_id"] = delegation_id;
      return reply.code(201).send({ delegation_id });
    },
  );
  app.post<{ Params: Static<typeof Params> }>(
    "/api/delegations/:delegation_id/approve",
    {
      schema: { summary: "Approve it, as a second person", tags, params: Params, response: { 204: Type.Null() } },
      config: aboutOne("delegation", act("access.delegation_approve")),
    },
    async (request, reply) => {
      await approveDelegation(ground, actorOf(ground, request), request.params.delegation_id);
      return reply.code(204).send();
    },
  );
  app.post<{ Params: Static<typeof Params> }>(
    "/api/delegations/:delegation_id/end",
    {
      schema: { summary: "End or refuse it, at once", tags, params: Params, response: { 204: Type.Null() } },
      config: aboutOne("delegation", act("access.delegation_end")),
    },
    async (request, reply) => {
      await endDelegation(ground, actorOf(ground, request).person_id, request.params.delegation_id, false);
      return reply.code(204).send();
    },
  );
}

function ownRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/me/delegations",
    {
      schema: { summary: "Whose work one may do at this moment", tags, response: { 200: Delegations } },
      config: { access: { own: true } },
    },
    async (request) => {
      const now = ground.wall.now();
      const { person_id } = signedOf(request).person;
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => delegationsTo(tx, person_id, now));
      return { items: rows.map((row) => view(row, now)) };
    },
  );
  app.get(
    "/api/me/delegations/standing",
    {
      schema: {
        summary: "What one has lent or was lent and is not over, begun or not",
        tags,
        response: { 200: Delegations },
      },
      config: { access: { own: true } },
    },
    async (request) => {
      const now = ground.wall.now();
      const { person_id } = signedOf(request).person;
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => standingDelegations(tx, person_id, now));
      return { items: rows.map((row) => view(row, now)) };
    },
  );
  app.post<{ Params: Static<typeof Params> }>(
    "/api/me/delegations/:delegation_id/end",
    {
      schema: { summary: "Take one's own back, or give it back", tags, params: Params, response: { 204: Type.Null() } },
      config: { access: { own: true, audit: "access.delegation_end" } },
    },
    async (request, reply) => {
      await endDelegation(ground, signedOf(request).person.person_id, request.params.delegation_id, true);
      return reply.code(204).send();
    },
  );
  app.put<{ Body: Static<typeof ActBody> }>(
    "/api/session/acting-for",
    {
      schema: {
        summary: "Do a colleague's work in this session, or the own again with null",
        tags,
        body: ActBody,
        response: { 204: Type.Null() },
      },
      config: { access: { own: true, audit: "session.acting_for" } },
    },
    async (request, reply) => {
      const { delegation_id } = request.body;
      request.audit_subject["delegation_id"] = delegation_id;
      await actFor(ground, signedOf(request), delegation_id);
      return reply.code(204).send();
    },
  );
}
