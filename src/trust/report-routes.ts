import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { REPORT_FIELDS, reportOf, saveReport, submitReport } from "./report.ts";
import { reportPage, reportWorkbook } from "./report-file.ts";
import { handle, LanguageQuery, personOf, read, tags } from "./route-parts.ts";

const Kind = Type.Union([Type.Literal("authority"), Type.Literal("members")]);
const Params = Type.Object({ incident_id: Type.Integer({ minimum: 1 }), kind: Kind });
const FileParams = Type.Object({
  incident_id: Type.Integer({ minimum: 1 }),
  kind: Kind,
  format: Type.Union([Type.Literal("html"), Type.Literal("xlsx")]),
});
const FieldsBody = Type.Object(
  { fields: Type.Record(Type.String({ maxLength: 40 }), Type.String({ maxLength: 4_000 }), { maxProperties: 20 }) },
  { additionalProperties: false },
);
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** The report to the authority and the notice to members. */
export function reportRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("incident", handle);
  app.get(
    "/api/trust/report-fields",
    { schema: { summary: "What the two forms ask for", tags }, config: read },
    async () => REPORT_FIELDS,
  );
  app.put<{ Params: Static<typeof Params>; Body: Static<typeof FieldsBody> }>(
    "/api/trust/incidents/:incident_id/reports/:kind",
    { schema: { summary: "Fill in fields of a form", tags, params: Params, body: FieldsBody }, config: one },
    async (request) => {
      const { incident_id, kind } = request.params;
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await saveReport(tx, ground, {
          incident_id,
          kind,
          fields: request.body.fields as Record<string, string>,
          person_id: personOf(request),
        });
        return reportOf(tx, incident_id, kind);
      });
    },
  );
  app.post<{ Params: Static<typeof Params> }>(
    "/api/trust/incidents/:incident_id/reports/:kind/submission",
    { schema: { summary: "Note that a form was handed in", tags, params: Params }, config: one },
    async (request) => {
      const { incident_id, kind } = request.params;
      return ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await submitReport(tx, ground, { incident_id, kind, person_id: personOf(request) });
        return reportOf(tx, incident_id, kind);
      });
    },
  );
  app.get<{ Params: Static<typeof FileParams>; Querystring: Static<typeof LanguageQuery> }>(
    "/api/trust/incidents/:incident_id/reports/:kind/file/:format",
    {
      schema: {
        summary: "A form as a page or a workbook",
        tags,
        params: FileParams,
        querystring: LanguageQuery,
        produces: ["text/html", XLSX],
      },
      config: { access: { ...aboutOne("incident", read).access, audit: "trust.report_file" } },
    },
    async (request, reply) => {
      const { incident_id, kind, format } = request.params;
      const { language = "zh" } = request.query;
      const report = await ground.store.read(SYSTEM_SCOPE, (tx) => reportOf(tx, incident_id, kind));
      const name = `incident-${incident_id}-${kind}.${format}`;
      reply.header("content-disposition", `attachment; filename="${name}"`);
      if (format === "html") return reply.type("text/html; charset=utf-8").send(reportPage(report, language));
      return reply.type(XLSX).send(await reportWorkbook(report, language));
    },
  );
}
