import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { deleteOtherSessions, deleteSessionOf, sessionsOf } from "./access-store.ts";
import { beginTotp, confirmTotp, factorsView, proveByCode, removeFactor, renewRecoveryCodes } from "./factors.ts";
import { askPasskey, beginPasskey, keepPasskey, proveByPasskey } from "./passkeys.ts";
import { brandName, changePassword } from "./people.ts";
import { requireStrong } from "./rights.ts";
import { provedStrongly, requireProved, sessionLimits, type SignedIn } from "./sessions.ts";

const tags = ["access"];
const own = (audit?: string) => ({ access: { own: true, ...(audit === undefined ? {} : { audit }) } }) as const;

const Factor = Type.Object({
  factor_id: Type.Integer(),
  kind: Type.Union([Type.Literal("passkey"), Type.Literal("totp")]),
  name: Type.String(),
  created_at: Type.String({ format: "date-time" }),
  last_used_at: Type.Union([Type.Null(), Type.String({ format: "date-time" })]),
  synced: Type.Union([Type.Null(), Type.Boolean()]),
});
const Security = Type.Object({
  factors: Type.Array(Factor),
  recovery_codes_left: Type.Integer(),
  required: Type.Boolean(),
  owes: Type.Union([Type.Null(), Type.Literal("prove"), Type.Literal("enrol"), Type.Literal("password")]),
  password_changed_at: Type.Union([Type.Null(), Type.String({ format: "date-time" })]),
  sessions: Type.Array(
    Type.Object({
      session_id: Type.Integer(),
      created_at: Type.String({ format: "date-time" }),
      last_seen_at: Type.String({ format: "date-time" }),
      assurance: Type.Integer(),
      proved_by: Type.String(),
      ip: Type.Union([Type.Null(), Type.String()]),
      user_agent: Type.Union([Type.Null(), Type.String()]),
      current: Type.Boolean(),
    }),
  ),
});
const Name = Type.String({ minLength: 1, maxLength: 60 });
const Codes = Type.Object({ recovery_codes: Type.Union([Type.Null(), Type.Array(Type.String())]) });
/** What a browser's credential API gives and takes; the library checks every part of it. */
const Credential = Type.Object({ id: Type.String({ maxLength: 2_000 }) }, { additionalProperties: true });
/** WebAuthn Level 3, §5.4 and §5.5, as JSON. */
const BrowserOptions = Type.Object({ challenge: Type.String() }, { additionalProperties: true });
const CodeBody = Type.Object({ code: Type.String({ minLength: 6, maxLength: 40 }) });

/** The signed-in person of a route that is about themself. */
function self(request: FastifyRequest): SignedIn {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  return request.signed_in;
}

export function factorRoutes(app: FastifyInstance, ground: Ground): void {
  securityRoutes(app, ground);
  ownSessionRoutes(app, ground);
  proofRoutes(app, ground);
  totpRoutes(app, ground);
  changeRoutes(app, ground);
  passkeyRoutes(app, ground);
}

function securityRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/me/security",
    { schema: { summary: "My second factors and sessions", tags, response: { 200: Security } }, config: own() },
    async (request) => {
      const { person, session, policy, owes } = self(request);
      const limits = sessionLimits(policy, ground.wall.now());
      return ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        ...(await factorsView(tx, person.person_id)),
        required: policy.second_factor_roles.includes(person.role),
        owes: owes ?? null,
        password_changed_at: person.password_changed_at,
        sessions: (await sessionsOf(tx, person.person_id, limits.seen_after, limits.made_after)).map((one) => ({
          ...one,
          current: one.session_id === session.session_id,
        })),
      }));
    },
  );
  app.put<{ Body: { current: string; password: string } }>(
    "/api/me/password",
    {
      schema: {
        summary: "Change my password; my other sessions end",
        tags,
        body: Type.Object({ current: Type.String({ maxLength: 256 }), password: Type.String({ maxLength: 256 }) }),
        response: { 204: Type.Null() },
      },
      config: own("access.password_change"),
    },
    async (request, reply) => {
      const signed = self(request);
      requireProved(signed);
      const { person, session } = signed;
      await changePassword(ground, person, session, request.body);
      return reply.code(204).send();
    },
  );
}

function ownSessionRoutes(app: FastifyInstance, ground: Ground): void {
  app.delete<{ Params: { session_id: number } }>(
    "/api/me/sessions/:session_id",
    {
      schema: {
        summary: "End another session of mine",
        tags,
        params: Type.Object({ session_id: Type.Integer() }),
        response: { 204: Type.Null() },
      },
      config: own("access.session_end"),
    },
    async (request, reply) => {
      const signed = self(request);
      requireProved(signed);
      const { person, session } = signed;
      const { session_id } = request.params;
      if (session_id === session.session_id) throw problem("access.own_session");
      const ended = await ground.store.write(SYSTEM_SCOPE, (tx) => deleteSessionOf(tx, person.person_id, session_id));
      if (!ended) throw problem("access.session_not_found");
      return reply.code(204).send();
    },
  );
  app.delete(
    "/api/me/sessions",
    {
      schema: {
        summary: "End all other sessions of mine",
        tags,
        response: { 200: Type.Object({ ended: Type.Integer() }) },
      },
      config: own("access.session_end"),
    },
    async (request) => {
      const signed = self(request);
      requireProved(signed);
      const { person, session } = signed;
      const ended = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        deleteOtherSessions(tx, person.person_id, session.session_id),
      );
      return { ended };
    },
  );
}

function proofRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof CodeBody> }>(
    "/api/session/code",
    {
      schema: {
        summary: "Prove a second factor by a code of an app or a recovery code",
        tags,
        body: CodeBody,
        response: { 204: Type.Null() },
      },
      config: own("access.prove"),
    },
    async (request, reply) => {
      const signed = self(request);
      const proved_by = await proveByCode(ground, signed, request.body.code);
      request.audit_subject["proved_by"] = proved_by;
      await provedStrongly(ground, reply, signed.session, proved_by);
      return reply.code(204).send();
    },
  );
  app.post(
    "/api/session/passkey/options",
    {
      schema: { summary: "What a browser needs to ask a passkey", tags, response: { 200: BrowserOptions } },
      config: own("access.passkey_ask"),
    },
    async (request) => askPasskey(ground, request, self(request)),
  );
  app.post<{ Body: { response: AuthenticationResponseJSON } }>(
    "/api/session/passkey",
    {
      schema: {
        summary: "Prove a second factor by a passkey",
        tags,
        body: Type.Object({ response: Credential }),
        response: { 204: Type.Null() },
      },
      config: own("access.prove"),
    },
    async (request, reply) => {
      const signed = self(request);
      const proved_by = await proveByPasskey(ground, request, signed, request.body.response);
      request.audit_subject["proved_by"] = proved_by;
      await provedStrongly(ground, reply, signed.session, proved_by);
      return reply.code(204).send();
    },
  );
}

function totpRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: { name: string } }>(
    "/api/me/factors/totp",
    {
      schema: {
        summary: "Begin an authenticator app; its secret is shown this once",
        tags,
        body: Type.Object({ name: Name }),
        response: { 201: Type.Object({ factor_id: Type.Integer(), secret: Type.String(), uri: Type.String() }) },
      },
      config: own("access.factor_begin"),
    },
    async (request, reply) => {
      const signed = self(request);
      requireStrong(ground, signed);
      const brand = await ground.store.read(SYSTEM_SCOPE, brandName);
      return reply.code(201).send(await beginTotp(ground, signed.person, `${brand} · Huitou`, request.body.name));
    },
  );
  app.post<{ Params: { factor_id: number }; Body: Static<typeof CodeBody> }>(
    "/api/me/factors/:factor_id/confirm",
    {
      schema: {
        summary: "Confirm an authenticator app by its first code; the first factor brings recovery codes",
        tags,
        params: Type.Object({ factor_id: Type.Integer() }),
        body: CodeBody,
        response: { 200: Codes },
      },
      config: own("access.factor_add"),
    },
    async (request, reply) => {
      const signed = self(request);
      requireStrong(ground, signed);
      const recovery_codes = await confirmTotp(ground, signed, request.params.factor_id, request.body.code);
      await provedStrongly(ground, reply, signed.session, "totp");
      return { recovery_codes };
    },
  );
}

function changeRoutes(app: FastifyInstance, ground: Ground): void {
  app.delete<{ Params: { factor_id: number } }>(
    "/api/me/factors/:factor_id",
    {
      schema: {
        summary: "Remove a second factor",
        tags,
        params: Type.Object({ factor_id: Type.Integer() }),
        response: { 204: Type.Null() },
      },
      config: own("access.factor_remove"),
    },
    async (request, reply) => {
      const signed = self(request);
      requireStrong(ground, signed);
      await removeFactor(ground, signed.person, request.params.factor_id);
      return reply.code(204).send();
    },
  );
  app.post(
    "/api/me/recovery-codes",
    {
      schema: { summary: "New recovery codes in place of all earlier ones", tags, response: { 201: Codes } },
      config: own("access.recovery_codes"),
    },
    async (request, reply) => {
      const signed = self(request);
      if (!signed.session.has_factor) throw problem("access.factor_not_found");
      requireStrong(ground, signed);
      const recovery_codes = await renewRecoveryCodes(ground, signed.person.person_id);
      return reply.code(201).send({ recovery_codes });
    },
  );
}

function passkeyRoutes(app: FastifyInstance, ground: Ground): void {
  app.post(
    "/api/me/factors/passkey/options",
    {
      schema: { summary: "What a browser needs to make a passkey", tags, response: { 200: BrowserOptions } },
      config: own("access.factor_begin"),
    },
    async (request) => {
      const signed = self(request);
      requireStrong(ground, signed);
      const brand = await ground.store.read(SYSTEM_SCOPE, brandName);
      return beginPasskey(ground, request, signed, `${brand} · Huitou`);
    },
  );
  app.post<{ Body: { name: string; response: RegistrationResponseJSON } }>(
    "/api/me/factors/passkey",
    {
      schema: {
        summary: "Keep a passkey; the first factor brings recovery codes",
        tags,
        body: Type.Object({ name: Name, response: Credential }),
        response: { 201: Codes },
      },
      config: own("access.factor_add"),
    },
    async (request, reply) => {
      const signed = self(request);
      requireStrong(ground, signed);
      const { name, response } = request.body;
      const recovery_codes = await keepPasskey(ground, request, signed, response, name);
      await provedStrongly(ground, reply, signed.session, "passkey");
      return reply.code(201).send({ recovery_codes });
    },
  );
}
