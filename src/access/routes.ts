import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../ground.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { setUpAdministrators } from "./administrators.ts";
import { approvalRoutes } from "./approvals/routes.ts";
import type { ActingFor, PersonRow } from "./access-store.ts";
import { delegationsTo } from "./delegations/delegation-store.ts";
import { auditRoutes } from "./audit/routes.ts";
import { clientRoutes } from "./clients/routes.ts";
import { delegationRoutes } from "./delegations/routes.ts";
import { oidcRoutes } from "./oidc/routes.ts";
import { acceptInvitation, brandName, setUp, setupRequired } from "./people.ts";
import { reviewRoutes } from "./people-review-routes.ts";
import { peopleRoutes } from "./people-routes.ts";
import { acceptReset } from "./resets.ts";
import { factorRoutes } from "./factor-routes.ts";
import { LEVELS } from "./matrix.ts";
import { matrixRoutes } from "./matrix-routes.ts";
import type { Rights } from "./rights.ts";
import { policyRoutes } from "./policy-routes.ts";
import { PERMISSIONS } from "./roles.ts";
import { closeSession, enterSignIn, openSession, signIn } from "./sessions.ts";
import { tabletRoutes } from "./tablets/routes.ts";
import { tillRoutes } from "./tablets/till-routes.ts";
import { TABLET_IDLE_MINUTES } from "./tablets/device.ts";
import { type Till, tillOf } from "./tablets/turns.ts";
import { mayViewAs, viewAsRoutes } from "./view-as.ts";

const Person = Type.Object({ id: Type.Integer(), name: Type.String(), email: Type.String(), role: Type.String() });
const SessionState = Type.Object({
  setup_required: Type.Boolean(),
  signed_in: Type.Boolean(),
  brand_name: Type.String(),
  person: Type.Optional(Person),
  /** What the person must do before anything else: prove a second factor, add one, change an old password. */
  owes: Type.Union([Type.Null(), Type.Literal("prove"), Type.Literal("enrol"), Type.Literal("password")]),
  /** What is open to the person at one level at least. */
  permissions: Type.Array(Type.String()),
  /** The outcomes of their role by permission, L1 to L4, and the version of the matrix that says so. */
  matrix_version: Type.Integer(),
  /** The role through whose eyes the session looks, and whether it may choose one: on demo data only. */
  viewing_as: Type.Union([Type.Null(), Type.String()]),
  may_view_as: Type.Boolean(),
  /** The colleague whose work this session does, and until when. */
  acting_for: Type.Union([
    Type.Null(),
    Type.Object({ name: Type.String(), role: Type.String(), until_at: Type.String() }),
  ]),
  /** Whose work could be done here at this moment. */
  may_act_for: Type.Array(
    Type.Object({ delegation_id: Type.Integer(), name: Type.String(), role: Type.String(), until_at: Type.String() }),
  ),
  outcomes: Type.Record(Type.String(), Type.Array(Type.String())),
  /** The store whose tablet this browser is, and whether the session is one by PIN. */
  tablet: Type.Union([
    Type.Null(),
    Type.Object({ name: Type.String(), store_name: Type.String(), idle_minutes: Type.Integer() }),
  ]),
  at_tablet: Type.Boolean(),
  locale: Type.String(),
  timezone: Type.String(),
  currency: Type.String(),
});
const SetupBody = Type.Object({
  token: Type.String({ maxLength: 100 }),
  brand_name: Type.String({ minLength: 1, maxLength: 60 }),
  name: Type.String({ minLength: 1, maxLength: 60 }),
  email: Type.String({ maxLength: 320 }),
  password: Type.String({ maxLength: 256 }),
});
const NamedPerson = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  email: Type.String({ maxLength: 320 }),
});
const AdministratorsBody = Type.Object({
  token: Type.String({ maxLength: 100 }),
  brand_name: Type.String({ minLength: 1, maxLength: 60 }),
  administrators: Type.Object({ system_admin: NamedPerson, security_admin: NamedPerson, audit_admin: NamedPerson }),
});
const Administrators = Type.Object({
  administrators: Type.Array(
    Type.Object({
      role: Type.String(),
      name: Type.String(),
      email: Type.String(),
      person_id: Type.Integer(),
      link: Type.String(),
    }),
  ),
});
const SignInBody = Type.Object({ email: Type.String({ maxLength: 320 }), password: Type.String({ maxLength: 256 }) });
const AcceptBody = Type.Object({ token: Type.String({ maxLength: 100 }), password: Type.String({ maxLength: 256 }) });
const tags = ["access"];
const open = { access: { public: true } } as const;
const signedInOnly = { access: { public: true, act_of: "signed_in" } } as const;

function view(person: PersonRow): Static<typeof Person> {
  return { id: person.person_id, name: person.name, email: person.email, role: person.role };
}

function lentView(lent: ActingFor | null | undefined) {
  return lent == null ? null : { name: lent.giver, role: lent.role, until_at: new Date(lent.until_at).toISOString() };
}

async function lentTo(ground: Ground, person_id: number) {
  const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => delegationsTo(tx, person_id, ground.wall.now()));
  return rows.map(({ delegation_id, giver, role, until_at }) => ({
    delegation_id,
    name: giver,
    role,
    until_at: until_at.toISOString(),
  }));
}

function tabletView({ tablet: { name, store_name } }: Till) {
  return { name, store_name, idle_minutes: TABLET_IDLE_MINUTES };
}

function heldBy(rights: Rights | undefined) {
  if (rights === undefined) return { permissions: [], matrix_version: 0, outcomes: {} };
  const outcomes = Object.fromEntries(
    PERMISSIONS.map((permission) => [permission, LEVELS.map((level) => rights.outcome(permission, level))]),
  );
  const permissions = PERMISSIONS.filter((permission) => outcomes[permission]?.some((outcome) => outcome !== "deny"));
  return { permissions, matrix_version: rights.version, outcomes };
}

export function accessRoutes(app: FastifyInstance, ground: Ground): void {
  sessionRoutes(app, ground);
  firstStepRoutes(app, ground);
  peopleRoutes(app, ground);
  factorRoutes(app, ground);
  clientRoutes(app, ground);
  oidcRoutes(app, ground);
  delegationRoutes(app, ground);
  reviewRoutes(app, ground);
  policyRoutes(app, ground);
  viewAsRoutes(app, ground);
  matrixRoutes(app, ground, app.declared_routes);
  approvalRoutes(app, ground);
  auditRoutes(app, ground);
  tabletRoutes(app, ground);
  tillRoutes(app, ground);
}

function sessionRoutes(app: FastifyInstance, ground: Ground): void {
  const state = async (request: FastifyRequest): Promise<Static<typeof SessionState>> => {
    const { signed_in: signed, rights } = request;
    const till = await tillOf(ground, request);
    const at_tablet = signed !== undefined && signed.session.tablet !== null;
    const [setup_required, brand_name] = await ground.store.read(
      SYSTEM_SCOPE,
      async (tx) => [await setupRequired(tx), await brandName(tx)] as const,
    );
    return {
      setup_required,
      signed_in: signed !== undefined,
      brand_name,
      ...(signed === undefined ? {} : { person: view(signed.person) }),
      owes: signed?.owes ?? null,
      ...heldBy(rights),
      viewing_as: signed?.session.view_role ?? null,
      acting_for: lentView(signed?.session.acting_for),
      may_act_for: signed === undefined || at_tablet ? [] : await lentTo(ground, signed.person.person_id),
      may_view_as: signed !== undefined && (await mayViewAs(ground, signed.person)),
      tablet: till === undefined ? null : tabletView(till),
      at_tablet,
      locale: "zh-CN",
      timezone: ground.config.timezone,
      currency: ground.config.currency,
    };
  };
  app.get(
    "/api/session/state",
    {
      schema: {
        summary: "Who is signed in, and whether the platform still has to be set up",
        tags,
        response: { 200: SessionState },
      },
      config: open,
    },
    async (request) => state(request),
  );
  const signing_in = new WeakMap<FastifyRequest, () => void>();
  app.post<{ Body: Static<typeof SignInBody> }>(
    "/api/session",
    {
      schema: { summary: "Sign in", tags, body: SignInBody, response: { 201: Person } },
      config: open,
      // before the audit: what is refused here leaves no row
      preValidation: async (request) => {
        const { email } = (request.body ?? {}) as { email?: unknown };
        if (typeof email === "string") signing_in.set(request, enterSignIn(ground, request, email));
      },
      // also of a caller who went away
      onResponse: async (request) => signing_in.get(request)?.(),
    },
    async (request, reply) => {
      const person = await signIn(ground, request, reply, request.body.email, request.body.password);
      return reply.code(201).send(view(person));
    },
  );
  app.delete(
    "/api/session",
    { schema: { summary: "Sign out", tags, response: { 204: Type.Null() } }, config: signedInOnly },
    async (request, reply) => {
      await closeSession(ground, request, reply);
      return reply.code(204).send();
    },
  );
}

function firstStepRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof SetupBody> }>(
    "/api/setup",
    {
      schema: {
        summary: "First-run set-up with the one-time link",
        tags,
        body: SetupBody,
        response: { 201: Type.Object({ person_id: Type.Integer() }) },
      },
      config: open,
    },
    async (request, reply) => {
      const { token, ...owner } = request.body;
      const person_id = await setUp(ground, owner, token);
      await openSession(ground, request, reply, person_id);
      return reply.code(201).send({ person_id });
    },
  );
  app.post<{ Body: Static<typeof AdministratorsBody> }>(
    "/api/setup/administrators",
    {
      schema: {
        summary:
          "First-run set-up with three separated administrators; the answer holds their one-time links, this once",
        tags,
        body: AdministratorsBody,
        response: { 201: Administrators },
      },
      config: open,
    },
    async (request, reply) => {
      const { token, ...given } = request.body;
      const administrators = await setUpAdministrators(ground, given, token);
      request.audit_subject["person_ids"] = administrators.map(({ person_id }) => person_id);
      return reply.code(201).send({ administrators: [...administrators] });
    },
  );
  linkRoutes(app, ground);
}

function linkRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof AcceptBody> }>(
    "/api/invitation",
    {
      schema: {
        summary: "Set the password of an invited person",
        tags,
        body: AcceptBody,
        response: { 201: Type.Object({ person_id: Type.Integer() }) },
      },
      config: open,
    },
    async (request, reply) => {
      const person_id = await acceptInvitation(ground, request.body.token, request.body.password);
      await openSession(ground, request, reply, person_id);
      return reply.code(201).send({ person_id });
    },
  );
  app.post<{ Body: Static<typeof AcceptBody> }>(
    "/api/reset",
    {
      schema: {
        summary: "Set another password by a one-time link; all sessions of the person end",
        tags,
        body: AcceptBody,
        response: { 201: Type.Object({ person_id: Type.Integer() }) },
      },
      config: open,
    },
    async (request, reply) => {
      const person_id = await acceptReset(ground, request.body.token, request.body.password);
      request.audit_subject["person_id"] = person_id;
      await openSession(ground, request, reply, person_id);
      return reply.code(201).send({ person_id });
    },
  );
}
