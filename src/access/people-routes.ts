import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { aboutOne } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { hasLeft, listPeople } from "./access-store.ts";
import { LEVELS, type Matrix } from "./matrix.ts";
import { currentMatrix } from "./matrix-live.ts";
import { changePerson, invite } from "./people.ts";
import { PERMISSION_NAMES } from "./permission-names.ts";
import { endSessions, offerReset, takeFactors } from "./resets.ts";
import { requireStrong } from "./rights.ts";
import { PERMISSIONS, ROLES } from "./roles.ts";
import type { SignedIn } from "./sessions.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const Name = Type.String({ minLength: 1, maxLength: 60 });
const Instant = Type.String({ format: "date-time" });
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const Stores = orNull(Type.Array(Type.String({ pattern: "^[^,]{1,100}$" }), { maxItems: 500 }));
const InviteBody = Type.Object(
  {
    name: Name,
    email: Type.String({ maxLength: 320 }),
    role: Type.String({ maxLength: 40 }),
    scope_stores: Type.Optional(Stores),
  },
  strict,
);
const ChangeBody = Type.Object(
  {
    role: Type.Optional(Type.String({ maxLength: 40 })),
    name: Type.Optional(Name),
    disabled: Type.Optional(Type.Boolean()),
    scope_stores: Type.Optional(Stores),
  },
  strict,
);
const PersonParams = Type.Object({ person_id: Type.Integer() });
const Named = { zh: Type.String(), en: Type.String() };
const People = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.Integer(),
      name: Type.String(),
      email: Type.String(),
      role: Type.String(),
      disabled: Type.Boolean(),
      /** When the account ends by itself. */
      leaves_at: orNull(Instant),
      /** Has not come yet: has set no password and is not known by the identity provider. */
      invited: Type.Boolean(),
      locked_until: orNull(Instant),
      has_factor: Type.Boolean(),
      /** Since when an account at the identity provider is bound to this one. */
      sso_linked_at: orNull(Instant),
      scope_stores: orNull(Type.Array(Type.String())),
      created_at: Instant,
      last_seen_at: orNull(Instant),
    }),
  ),
  roles: Type.Array(Type.Object({ role: Type.String(), ...Named, permissions: Type.Array(Type.String()) })),
  permission_names: Type.Record(Type.String(), Type.Object(Named)),
});
const Invited = Type.Object({ person_id: Type.Integer(), link: Type.String() });
const Reset = Type.Object({ link: Type.String(), expires_at: Instant });

const manage = { access: { permission: "people.manage", level: "L2" } } as const;
const act = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;

/** Whoever acts on the accounts of others has shown a second factor just now, if there is one. @throws access.step_up_required */
function actorOf(ground: Ground, request: FastifyRequest): SignedIn["person"] {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  requireStrong(ground, request.signed_in, "people.manage");
  return request.signed_in.person;
}

/** Who works here: invited, given roles, disabled, given back their access. */
export function peopleRoutes(app: FastifyInstance, ground: Ground): void {
  listRoutes(app, ground);
  accountRoutes(app, ground);
  lostAccessRoutes(app, ground);
}

/** Roles as the matrix in force has them, not as they were shipped. */
function rolesIn(matrix: Matrix) {
  return ROLES.map(({ role, zh, en }) => ({
    role,
    zh,
    en,
    permissions: PERMISSIONS.filter((permission) =>
      LEVELS.some((level) => matrix.outcome(role, permission, level) !== "deny"),
    ),
  }));
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/people",
    { schema: { summary: "People and roles", tags, response: { 200: People } }, config: manage },
    async () => {
      const people = await ground.store.read(SYSTEM_SCOPE, listPeople);
      return {
        items: people.map((p) => ({
          id: p.person_id,
          name: p.name,
          email: p.email,
          role: p.role,
          disabled: hasLeft(p, ground.wall.now()),
          leaves_at: p.leaves_at?.toISOString() ?? null,
          invited: !p.has_come,
          locked_until: p.locked_until?.toISOString() ?? null,
          has_factor: p.has_factor,
          sso_linked_at: p.sso_linked_at?.toISOString() ?? null,
          scope_stores: p.scope_stores,
          created_at: p.created_at.toISOString(),
          last_seen_at: p.last_seen_at?.toISOString() ?? null,
        })),
        roles: rolesIn(await currentMatrix(ground)),
        permission_names: PERMISSION_NAMES,
      };
    },
  );
}

function accountRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof InviteBody> }>(
    "/api/people",
    {
      schema: {
        summary: "Invite a person; the answer holds their one-time link",
        tags,
        body: InviteBody,
        response: { 201: Invited },
      },
      config: manage,
    },
    async (request, reply) => {
      request.audit_subject["role"] = request.body.role;
      const invited = await invite(ground, actorOf(ground, request), request.body);
      request.audit_subject["person_id"] = invited.person_id;
      return reply.code(201).send(invited);
    },
  );
  app.patch<{ Params: Static<typeof PersonParams>; Body: Static<typeof ChangeBody> }>(
    "/api/people/:person_id",
    {
      schema: {
        summary: "Change role, name or stores, disable or enable",
        tags,
        params: PersonParams,
        body: ChangeBody,
        response: { 200: PersonParams },
      },
      config: aboutOne("person", manage),
    },
    async (request) => {
      const { role, disabled, scope_stores } = request.body;
      Object.assign(request.audit_subject, {
        role: role ?? null,
        disabled: disabled ?? null,
        ...(scope_stores === undefined ? {} : { stores: scope_stores }),
      });
      await changePerson(ground, actorOf(ground, request), request.params.person_id, request.body);
      return { person_id: request.params.person_id };
    },
  );
}

function lostAccessRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof PersonParams> }>(
    "/api/people/:person_id/reset-link",
    {
      schema: {
        summary: "A one-time link with which a person who forgot their password sets another one",
        tags,
        params: PersonParams,
        response: { 201: Reset },
      },
      config: aboutOne("person", act("access.reset_link")),
    },
    async (request, reply) => {
      const { link, expires_at } = await offerReset(ground, actorOf(ground, request), request.params.person_id);
      return reply.code(201).send({ link, expires_at: expires_at.toISOString() });
    },
  );
  app.delete<{ Params: Static<typeof PersonParams> }>(
    "/api/people/:person_id/sessions",
    {
      schema: { summary: "End all sessions of a person", tags, params: PersonParams, response: { 204: Type.Null() } },
      config: aboutOne("person", act("access.sessions_end")),
    },
    async (request, reply) => {
      await endSessions(ground, actorOf(ground, request), request.params.person_id);
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: Static<typeof PersonParams> }>(
    "/api/people/:person_id/factors",
    {
      schema: {
        summary: "Take all second factors of a person away, for one who lost them; their sessions end",
        tags,
        params: PersonParams,
        response: { 200: Type.Object({ removed: Type.Integer() }) },
      },
      config: aboutOne("person", act("access.factors_reset")),
    },
    async (request) => {
      const { person_id } = request.params;
      // nobody takes their own second factor off the account in use: that asks for the factor itself
      if (person_id === request.person?.person_id) throw problem("access.own_factors");
      return { removed: await takeFactors(ground, actorOf(ground, request), person_id) };
    },
  );
}
