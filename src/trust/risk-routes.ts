import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import type { RiskContent } from "./risk-definition.ts";
import { addDrill, riskByKey, riskHistory, riskRegister, saveRisk } from "./risk-store.ts";
import { handle, manage, personOf, read, reasonText, tags } from "./route-parts.ts";

const long = Type.String({ minLength: 1, maxLength: 1_000 });
const Words = Type.Object({ zh: long, en: long }, { additionalProperties: false });
const Step = Type.Integer({ minimum: 1, maximum: 5 });
const Grade = Type.Object({ likelihood: Step, impact: Step }, { additionalProperties: false });
const Content = Type.Object(
  {
    name: Words,
    description: Words,
    inherent: Grade,
    current: Grade,
    owner: Words,
    measures: Type.Array(Words, { maxItems: 20 }),
    indicators: Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20 }),
    plan: Type.Object(
      {
        title: Words,
        steps: Type.Array(
          Type.Object(
            { within_minutes: Type.Integer({ minimum: 1, maximum: 43_200 }), who: Words, what: Words },
            { additionalProperties: false },
          ),
          { maxItems: 20 },
        ),
      },
      { additionalProperties: false },
    ),
    review_months: Type.Integer({ minimum: 1, maximum: 24 }),
  },
  { additionalProperties: false },
);
const SaveBody = Type.Object({ content: Content, reason: reasonText }, { additionalProperties: false });
const GradeBody = Type.Object({ current: Grade, reason: reasonText }, { additionalProperties: false });
const DrillBody = Type.Object(
  {
    held_on: Type.String({ format: "date", maxLength: 10 }),
    scenario: long,
    leader: Type.String({ minLength: 1, maxLength: 60 }),
    result: Type.Union([Type.Literal("passed"), Type.Literal("partly"), Type.Literal("failed")]),
    findings: Type.String({ maxLength: 1_000 }),
    next_steps: Type.String({ maxLength: 1_000 }),
  },
  { additionalProperties: false },
);
const Params = Type.Object({ risk_key: Type.String({ pattern: "^[a-z][a-z0-9_]{1,40}$" }) });
type RiskParams = { Params: Static<typeof Params> };

export function riskRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/trust/risks",
    { schema: { summary: "The register of risks, gravest first", tags }, config: read },
    async () => ({ items: await ground.store.read(SYSTEM_SCOPE, riskRegister) }),
  );
  app.get<RiskParams>(
    "/api/trust/risks/:risk_key",
    {
      schema: { summary: "One risk with its history and drills", tags, params: Params },
      config: aboutOne("risk", read),
    },
    async ({ params }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const risk = await riskByKey(tx, params.risk_key);
        const history = await riskHistory(tx, params.risk_key);
        const names = await staffNames(
          tx,
          history.map(({ person_id }) => person_id),
        );
        return { ...risk, history: history.map((row) => ({ ...row, person: names.get(row.person_id) ?? "" })) };
      }),
  );
  changeRoutes(app, ground);
}

function changeRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("risk", manage);
  app.put<RiskParams & { Body: Static<typeof SaveBody> }>(
    "/api/trust/risks/:risk_key",
    {
      schema: { summary: "Write a risk anew, or one of one's own", tags, params: Params, body: SaveBody },
      config: one,
    },
    async (request) => {
      const { content, reason } = request.body;
      const change = { key: request.params.risk_key, content: content as RiskContent, reason };
      const by = { person_id: personOf(request), now: ground.wall.now() };
      return { version: await ground.store.write(SYSTEM_SCOPE, (tx) => saveRisk(tx, { ...change, ...by })) };
    },
  );
  app.put<RiskParams & { Body: Static<typeof GradeBody> }>(
    "/api/trust/risks/:risk_key/grade",
    { schema: { summary: "Grade a risk anew", tags, params: Params, body: GradeBody }, config: one },
    async (request) => {
      const { current, reason } = request.body;
      Object.assign(request.audit_subject, current);
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const {
          key,
          shipped: _s,
          version: _v,
          changed_at: _c,
          score: _p,
          class: _k,
          drills: _d,
          ...content
        } = await riskByKey(tx, request.params.risk_key);
        const change = { key, content: { ...content, current }, reason };
        return { version: await saveRisk(tx, { ...change, person_id: personOf(request), now: ground.wall.now() }) };
      });
    },
  );
  app.post<RiskParams & { Body: Static<typeof DrillBody> }>(
    "/api/trust/risks/:risk_key/drills",
    {
      schema: { summary: "Log a drill of a contingency plan", tags, params: Params, body: DrillBody },
      config: aboutOne("risk", handle),
    },
    async (request, reply) => {
      const drill = { ...request.body, risk_key: request.params.risk_key };
      const by = { person_id: personOf(request), now: ground.wall.now() };
      const drill_id = await ground.store.write(SYSTEM_SCOPE, (tx) => addDrill(tx, { ...drill, ...by }));
      return reply.code(201).send({ drill_id });
    },
  );
}
