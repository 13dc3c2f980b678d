import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { PASSWORD_PROFILES, securityPolicy, setSecurityPolicy } from "./policy.ts";
import { requireStrong } from "./rights.ts";
import { ROLE_NAMES } from "./roles.ts";

const tags = ["access"];
const config = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;

const POLICY = {
  profile: Type.Union([Type.Literal("mlps3"), Type.Literal("asvs")]),
  second_factor_roles: Type.Array(Type.Union(ROLE_NAMES.map((role) => Type.Literal(role))), {
    maxItems: ROLE_NAMES.length,
  }),
  session_idle_minutes: Type.Integer({ minimum: 5, maximum: 60 }),
  session_hours_max: Type.Integer({ minimum: 1, maximum: 24 }),
  attempts_max: Type.Integer({ minimum: 3, maximum: 10 }),
  lock_minutes: Type.Integer({ minimum: 5, maximum: 1_440 }),
};
const Policy = Type.Object(POLICY, { additionalProperties: false });
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
/** What log-in asks of everybody. */
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
      if (request.signed_in === undefined) throw problem("access.not_signed_in");
      Object.assign(request.audit_subject, request.body);
      requireStrong(ground, request.signed_in, "people.manage");
      await ground.store.write(SYSTEM_SCOPE, (tx) => setSecurityPolicy(tx, request.body));
      return { policy: request.body, profiles: PASSWORD_PROFILES };
    },
  );
}
