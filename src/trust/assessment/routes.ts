import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { hostIdentity, signDocument, staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne } from "../../platform/index.ts";
import { startJob, SYSTEM_SCOPE } from "../../store/index.ts";
import { LanguageQuery, personOf, tags } from "../route-parts.ts";
import { assessmentById, insertSignature, listAssessments } from "./assessment-store.ts";
import { evidenceRoutes } from "./evidence-routes.ts";
import { ASSESS } from "./jobs.ts";
import { assessmentView, DISCLAIMER, signedAssessment } from "./view.ts";
import { assessmentWorkbook } from "./workbook.ts";

const SHOWN = 60;
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const read = { access: { permission: "trust.read", level: "L2" } } as const;
const run = { access: { permission: "trust.assess", level: "L2" } } as const;
const Params = Type.Object({ assessment_id: Type.Integer({ minimum: 1 }) });
const FileParams = Type.Object({
  assessment_id: Type.Integer({ minimum: 1 }),
  format: Type.Union([Type.Literal("xlsx"), Type.Literal("json")]),
});
const SignBody = Type.Object(
  { statement: Type.String({ minLength: 2, maxLength: 500 }) },
  { additionalProperties: false },
);
type One = { Params: Static<typeof Params> };

export function assessmentRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/trust/assessments",
    { schema: { summary: "Self-assessments, newest first", tags }, config: read },
    async () => ({
      disclaimer: DISCLAIMER,
      items: await ground.store.read(SYSTEM_SCOPE, (tx) => listAssessments(tx, SHOWN)),
    }),
  );
  app.post(
    "/api/trust/assessments",
    { schema: { summary: "Assess now, as a job", tags }, config: run },
    async (request, reply) => {
      const person_id = personOf(request);
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, ASSESS, { person_id }, { person_id, key: "schedule" }),
      );
      return reply.code(202).send({ job_id });
    },
  );
  app.get<One>(
    "/api/trust/assessments/:assessment_id",
    {
      schema: { summary: "One self-assessment, by clause and item", tags, params: Params },
      config: aboutOne("self_assessment", read),
    },
    async ({ params }) => assessmentView(ground, params.assessment_id),
  );
  signRoutes(app, ground);
  evidenceRoutes(app, ground);
}

function signRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<One & { Body: Static<typeof SignBody> }>(
    "/api/trust/assessments/:assessment_id/signatures",
    {
      schema: { summary: "Sign an assessment by name", tags, params: Params, body: SignBody },
      config: aboutOne("self_assessment", run),
    },
    async (request) => {
      const { assessment_id } = request.params;
      const person_id = personOf(request);
      const { installation, signer } = await hostIdentity(ground);
      const signed_at = ground.wall.now();
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const { hash } = await assessmentById(tx, assessment_id);
        const name = (await staffNames(tx, [person_id])).get(person_id) ?? "";
        const role = request.person?.role ?? "";
        const { statement } = request.body;
        const signed = { installation, assessment_id, hash, person_id, name, role, statement };
        const document = signDocument({ ...signed, signed_at: signed_at.toISOString() }, signer);
        await insertSignature(tx, assessment_id, { person_id, name, role, statement, signed_at, document });
      });
      return assessmentView(ground, assessment_id);
    },
  );
  app.get<{ Params: Static<typeof FileParams>; Querystring: Static<typeof LanguageQuery> }>(
    "/api/trust/assessments/:assessment_id/file/:format",
    {
      schema: {
        summary: "As a workbook, or as JSON signed by this host",
        tags,
        params: FileParams,
        querystring: LanguageQuery,
        produces: ["application/json", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"],
      },
      config: { access: { ...aboutOne("self_assessment", read).access, audit: "trust.assessment_file" } },
    },
    async (request, reply) => {
      const { assessment_id, format } = request.params;
      const view = await assessmentView(ground, assessment_id);
      reply.header("content-disposition", `attachment; filename="self-assessment-${assessment_id}.${format}"`);
      if (format === "xlsx")
        return reply.type(XLSX).send(await assessmentWorkbook(view, request.query.language ?? "zh"));
      return reply.type("application/json").send(`${JSON.stringify(await signedAssessment(ground, view), null, 2)}\n`);
    },
  );
}
