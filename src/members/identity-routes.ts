import type { FastifyInstance } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../ground.ts";
import { listConflicts } from "./conflict-store.ts";
import { deciderOf, Reason } from "./decider.ts";
import { joinMembers, resolveConflict, undoJoin } from "./deciding.ts";
import { listJoins } from "./join-store.ts";
import { listQuarantined, quarantineValue, releaseValue } from "./quarantine-store.ts";
import { CONFLICT_RULES, IDENTIFIER_RULES } from "./rules.ts";
import { aboutOne, unapproved } from "../platform/index.ts";

const tags = ["members"];
const read = { access: { permission: "members.read", level: "L3", enter: "L2" } } as const;
const manage = { access: { permission: "members.manage", level: "L3" } } as const;
const page = {
  cursor: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
};
const Page = Type.Object(page);
const JoinsQuery = Type.Object({
  ...page,
  state: Type.Optional(Type.Union([Type.Literal("standing"), Type.Literal("undone")])),
});
const ConflictsQuery = Type.Object({
  ...page,
  state: Type.Optional(Type.Union(["open", "joined", "kept_apart", "gone"].map((state) => Type.Literal(state)))),
  conflict: Type.Optional(Type.Union(CONFLICT_RULES.map((rule) => Type.Literal(rule.conflict)))),
});
const Id = Type.Object({ id: Type.Integer({ minimum: 1 }) });
const ValueId = Type.Object({ value_id: Type.String({ maxLength: 40 }) });
const JoinTwo = Type.Object({
  member_ids: Type.Array(Type.Integer({ minimum: 1 }), { minItems: 2, maxItems: 2 }),
  reason: Reason,
});
const Undo = Type.Object({ reason: Reason });
const Resolve = Type.Object({
  decision: Type.Union([Type.Literal("join"), Type.Literal("keep_apart")]),
  reason: Reason,
});

/** Joins, conflicts and quarantined values, and what a person decides about them. */
export function identityRoutes(app: FastifyInstance, ground: Ground): void {
  joinRoutes(app, ground);
  conflictRoutes(app, ground);
  quarantineRoutes(app, ground);
}

function joinRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/identity-rules",
    { schema: { summary: "The rules of identity as data, in order of their strength", tags }, config: read },
    async () => ({
      identifiers: IDENTIFIER_RULES,
      conflicts: CONFLICT_RULES,
    }),
  );
  app.get<{ Querystring: Static<typeof JoinsQuery> }>(
    "/api/joins",
    { schema: { summary: "Joins with rule and evidence, newest first", tags, querystring: JoinsQuery }, config: read },
    (request) => ground.store.read(request.scope, (tx) => listJoins(tx, ground, request.query)),
  );
  app.post<{ Body: Static<typeof JoinTwo> }>(
    "/api/joins",
    { schema: { summary: "Join two members: a person says that they are one", tags, body: JoinTwo }, config: manage },
    async (request) => {
      const [a = 0, b = 0] = request.body.member_ids;
      request.audit_subject["member_ids"] = request.body.member_ids;
      return ground.store.write(request.scope, (tx) =>
        joinMembers(tx, [a, b], deciderOf(request, ground, request.body.reason)),
      );
    },
  );
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Undo> }>(
    "/api/joins/:id/undo",
    {
      schema: { summary: "Take a join back; the same evidence does not make it again", tags, params: Id, body: Undo },
      config: aboutOne("join", unapproved("one join of two members, which can be made again", manage)),
    },
    async (request) => {
      const undone = await ground.store.write(request.scope, (tx) =>
        undoJoin(tx, ground, request.params.id, deciderOf(request, ground, request.body.reason)),
      );
      request.audit_subject["member_ids"] = undone.member_ids;
      return undone;
    },
  );
}

function conflictRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ConflictsQuery> }>(
    "/api/identity-conflicts",
    {
      schema: {
        summary: "Where evidence contradicts itself and a person must decide",
        tags,
        querystring: ConflictsQuery,
      },
      config: read,
    },
    (request) => ground.store.read(request.scope, (tx) => listConflicts(tx, ground, request.query)),
  );
  app.post<{ Params: Static<typeof Id>; Body: Static<typeof Resolve> }>(
    "/api/identity-conflicts/:id/resolve",
    {
      schema: { summary: "Decide that the two sides are one person, or two", tags, params: Id, body: Resolve },
      config: aboutOne("conflict", manage),
    },
    async (request) => {
      const { decision, reason } = request.body;
      const settled = await ground.store.write(request.scope, (tx) =>
        resolveConflict(tx, ground, request.params.id, decision, deciderOf(request, ground, reason)),
      );
      Object.assign(request.audit_subject, { decision, member_ids: settled.member_ids });
      return settled;
    },
  );
}

function quarantineRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof Page> }>(
    "/api/identity-values/quarantined",
    {
      schema: {
        summary: "Values that join nobody: shared by too many, a clerk's own, barred by a person",
        tags,
        querystring: Page,
      },
      config: read,
    },
    (request) => ground.store.read(request.scope, (tx) => listQuarantined(tx, ground, request.query)),
  );
  app.post<{ Params: Static<typeof ValueId>; Body: Static<typeof Undo> }>(
    "/api/identity-values/:value_id/quarantine",
    {
      schema: {
        summary: "Bar a value: it joins nobody, its joins are taken back",
        tags,
        params: ValueId,
        body: Undo,
        response: { 204: Type.Null() },
      },
      config: aboutOne("identity_value", manage),
    },
    async (request, reply) => {
      await ground.store.write(request.scope, (tx) =>
        quarantineValue(tx, ground, request.params.value_id, deciderOf(request, ground, request.body.reason)),
      );
      return reply.code(204).send();
    },
  );
  app.post<{ Params: Static<typeof ValueId>; Body: Static<typeof Undo> }>(
    "/api/identity-values/:value_id/release",
    {
      schema: {
        summary: "Let a quarantined value join again",
        tags,
        params: ValueId,
        body: Undo,
        response: { 204: Type.Null() },
      },
      config: aboutOne("identity_value", manage),
    },
    async (request, reply) => {
      await ground.store.write(request.scope, (tx) =>
        releaseValue(tx, ground, request.params.value_id, deciderOf(request, ground, request.body.reason)),
      );
      return reply.code(204).send();
    },
  );
}
