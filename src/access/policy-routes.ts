import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne } from "../platform/index.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { deleteSessionsOf, personById } from "./access-store.ts";
import { resetFactors } from "./factors.ts";
import { PASSWORD_PROFILES, securityPolicy, setSecurityPolicy } from "./policy.ts";
import { ROLE_NAMES } from "./roles.ts";

const tags = ["access"];
const config = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;

const Policy = Type.Object({
  profile: Type.Union([Type.Literal("mlps3"), Type.Literal("asvs")]),
  second_factor_roles: Type.Array(Type.Union(ROLE_NAMES.map((role) => Type.Literal(role))), {
    maxItems: ROLE_NAMES.length,
  }),
  session_idle_minutes: Type.Integer({ minimum: 5, maximum: 60 }),
  session_hours_max: Type.Integer({ minimum: 1, maximum: 24 }),
  attempts_max: Type.Integer({ minimum: 3, maximum: 10 }),
  lock_minutes: Type.Integer({ minimum: 5, maximum: 1_440 }),
});
const PolicyView = Type.Object({
  policy: Policy,
  profiles: Type.Record(
    Type.String(),
    Type.Object({
      length_min: Type.Integer(),
      classes_min: Type.Integer(),
      age_days_max: Type.Union([Type.Null(), Type.Integer()]),
      history: Type.Integer(),
    }),
  ),
});
const PersonParams = Type.Object({ person_id: Type.Integer() });

async function requirePerson(tx: Tx, person_id: number): Promise<void> {
  if ((await personById(tx, person_id)) === undefined) throw problem("access.person_not_found");
}

/** What log-in asks of everybody, and what a security administrator may end or take away of a person. */
export function policyRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/security/policy",
    {
      schema: { summary: "What log-in asks for", tags, response: { 200: PolicyView } },
      config: config("access.policy_view"),
    },
    async () => ({
      policy: (await ground.store.read(SYSTEM_SCOPE, securityPolicy)) as Static<typeof Policy>,
      profiles: PASSWORD_PROFILES,
    }),
  );
  app.put<{ Body: Static<typeof Policy> }>(
    "/api/security/policy",
    {
      schema: {
        summary: "Change what log-in asks for; counts from the next request on",
        tags,
        body: Policy,
        response: { 200: PolicyView },
      },
      config: config("access.policy_change"),
    },
    async (request) => {
      Object.assign(request.audit_subject, request.body);
      await ground.store.write(SYSTEM_SCOPE, (tx) => setSecurityPolicy(tx, request.body));
      return { policy: request.body, profiles: PASSWORD_PROFILES };
    },
  );
  app.delete<{ Params: { person_id: number } }>(
    "/api/people/:person_id/sessions",
    {
      schema: { summary: "End all sessions of a person", tags, params: PersonParams, response: { 204: Type.Null() } },
      config: aboutOne("person", config("access.sessions_end")),
    },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await requirePerson(tx, request.params.person_id);
        await deleteSessionsOf(tx, request.params.person_id);
      });
      return reply.code(204).send();
    },
  );
  app.delete<{ Params: { person_id: number } }>(
    "/api/people/:person_id/factors",
    {
      schema: {
        summary: "Take all second factors of a person away, for one who lost them; their sessions end",
        tags,
        params: PersonParams,
        response: { 200: Type.Object({ removed: Type.Integer() }) },
      },
      config: aboutOne("person", config("access.factors_reset")),
    },
    async (request) => {
      const { person_id } = request.params;
      // nobody takes their own second factor off the account in use: that asks for the factor itself
      if (person_id === request.person?.person_id) throw problem("access.own_factors");
      const removed = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await requirePerson(tx, person_id);
        await deleteSessionsOf(tx, person_id);
        return resetFactors(tx, person_id);
      });
      return { removed };
    },
  );
}
