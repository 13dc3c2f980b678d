import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { Problem, problem } from "../../platform/errors.ts";
import { aboutOne } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { personById } from "../access-store.ts";
import { requireMayAct } from "../person-acts.ts";
import { requireStrong } from "../rights.ts";
import { closeSession } from "../sessions.ts";
import { configurationOf, redirectUri, sealSecret } from "./provider.ts";
import { deleteLink, providerOf, type ProviderRow, setProvider } from "./provider-store.ts";
import { beginSignOn, finishSignOn, signOutAddress } from "./sign-on.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const open = { access: { public: true } } as const;
const act = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);

const FIELDS = {
  enabled: Type.Boolean(),
  label: Type.String({ minLength: 1, maxLength: 30 }),
  issuer: Type.String({ pattern: "^https?://[^\\s?#]+$", maxLength: 300 }),
  client_id: Type.String({ minLength: 1, maxLength: 200 }),
  email_claim: Type.String({ pattern: "^[A-Za-z0-9_:./-]{1,100}$" }),
  domains: Type.Array(Type.String({ pattern: "^[a-z0-9.-]{1,255}$" }), { minItems: 1, maxItems: 50 }),
  strong_values: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { maxItems: 20 }),
};
/** `secret` is taken and never given back; left out, the one before stays. */
const Settings = Type.Object(
  { ...FIELDS, secret: Type.Optional(orNull(Type.String({ minLength: 1, maxLength: 500 }))) },
  strict,
);
const SettingsView = Type.Object({
  provider: orNull(Type.Object({ ...FIELDS, has_secret: Type.Boolean() })),
  redirect_uri: Type.String(),
});
const Person = Type.Object({ id: Type.Integer(), name: Type.String(), email: Type.String(), role: Type.String() });
const PersonParams = Type.Object({ person_id: Type.Integer() });

/** Sign-in by the company's identity provider. */
export function oidcRoutes(app: FastifyInstance, ground: Ground): void {
  signOnRoutes(app, ground);
  settingRoutes(app, ground);
}

function signOnRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/session/sso",
    {
      schema: {
        summary: "Whether people can sign in by an identity provider, and what it is called",
        tags,
        response: { 200: Type.Object({ label: orNull(Type.String()) }) },
      },
      config: open,
    },
    async () => {
      const provider = await ground.store.read(SYSTEM_SCOPE, providerOf);
      return { label: provider?.enabled === true ? provider.label : null };
    },
  );
  app.post(
    "/api/session/sso/begin",
    {
      schema: {
        summary: "Begin to sign in by the identity provider; the answer says where to go",
        tags,
        response: { 201: Type.Object({ url: Type.String() }) },
      },
      config: open,
    },
    async (_request, reply) => {
      const url = await beginSignOn(ground, reply);
      return reply.code(201).send({ url });
    },
  );
  const Back = Type.Object({ query: Type.String({ maxLength: 4_000 }) }, strict);
  app.post<{ Body: Static<typeof Back> }>(
    "/api/session/sso",
    {
      schema: {
        summary: "Sign in with what the identity provider sent back",
        tags,
        body: Back,
        response: { 201: Person },
      },
      config: open,
    },
    async (request, reply) => {
      const person = await finishSignOn(ground, request, reply, request.body.query);
      return reply.code(201).send({ id: person.person_id, name: person.name, email: person.email, role: person.role });
    },
  );
  app.post(
    "/api/session/sso/end",
    {
      schema: {
        summary: "Sign out; the answer says where to go to sign out at the identity provider too",
        tags,
        response: { 200: Type.Object({ url: orNull(Type.String()) }) },
      },
      config: { access: { public: true, act_of: "signed_in" } },
    },
    async (request, reply) => {
      const by_provider = request.signed_in?.session.opened_by === "oidc";
      const url = by_provider ? await signOutAddress(ground) : null;
      await closeSession(ground, request, reply);
      return { url };
    },
  );
}

function view(ground: Ground, provider: ProviderRow | undefined): Static<typeof SettingsView> {
  if (provider === undefined) return { provider: null, redirect_uri: redirectUri(ground) };
  const { secret_sealed, changed_at: _, domains, strong_values, ...rest } = provider;
  return {
    provider: {
      ...rest,
      domains: [...domains],
      strong_values: [...strong_values],
      has_secret: secret_sealed !== null,
    },
    redirect_uri: redirectUri(ground),
  };
}

/** An address that is none, or one that does not answer as an identity provider, is a mistake of whoever sets it. */
async function requireIssuer(ground: Ground, provider: ProviderRow): Promise<void> {
  const { issuer } = provider;
  if (!URL.canParse(issuer)) throw problem("access.oidc_issuer", { issuer, reason: "no_address" });
  if (!provider.enabled) return;
  await configurationOf(ground, provider).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code !== "access.oidc_unreachable") throw error;
    throw problem("access.oidc_issuer", error.params);
  });
}

function settingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/security/sso",
    {
      schema: { summary: "The identity provider; its secret is never shown", tags, response: { 200: SettingsView } },
      config: act("access.oidc_view"),
    },
    async () => view(ground, await ground.store.read(SYSTEM_SCOPE, providerOf)),
  );
  app.put<{ Body: Static<typeof Settings> }>(
    "/api/security/sso",
    {
      schema: {
        summary: "Set the identity provider; it is asked at once whether it answers",
        tags,
        body: Settings,
        response: { 200: SettingsView },
      },
      config: act("access.oidc_change"),
    },
    async (request) => {
      const { signed_in: signed } = request;
      if (signed === undefined) throw problem("access.not_signed_in");
      const { secret, ...settings } = request.body;
      Object.assign(request.audit_subject, settings, { secret_changed: secret !== undefined });
      requireStrong(ground, signed, "people.manage");
      const before = await ground.store.read(SYSTEM_SCOPE, providerOf);
      const kept = before?.issuer === settings.issuer ? before.secret_sealed : null;
      const secret_sealed = secret === undefined ? kept : secret === null ? null : await sealSecret(ground, secret);
      const provider = { ...settings, secret_sealed, changed_at: ground.wall.now() };
      await requireIssuer(ground, provider);
      await ground.store.write(SYSTEM_SCOPE, (tx) => setProvider(tx, provider, signed.person.person_id));
      return view(ground, provider);
    },
  );
  app.delete<{ Params: Static<typeof PersonParams> }>(
    "/api/people/:person_id/sso-link",
    {
      schema: {
        summary: "Forget which account at the identity provider is a person's; the next sign-in by e-mail links anew",
        tags,
        params: PersonParams,
        response: { 204: Type.Null() },
      },
      config: aboutOne("person", act("access.oidc_unlink")),
    },
    async (request, reply) => {
      const { signed_in: signed } = request;
      if (signed === undefined) throw problem("access.not_signed_in");
      requireStrong(ground, signed, "people.manage");
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const person = await personById(tx, request.params.person_id);
        if (person === undefined) throw problem("access.person_not_found");
        requireMayAct(signed.person, person);
        await deleteLink(tx, person.person_id);
      });
      return reply.code(204).send();
    },
  );
}
