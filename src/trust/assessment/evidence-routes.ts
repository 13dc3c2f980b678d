import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { aboutOne, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { personOf, tags } from "../route-parts.ts";
import { addEvidence, evidenceFile, FILE_BYTES_MAX, listEvidence, withdrawEvidence } from "./evidence.ts";

const read = { access: { permission: "trust.read", level: "L2" } } as const;
const run = { access: { permission: "trust.assess", level: "L2" } } as const;
const Day = Type.String({ format: "date", maxLength: 10 });
/** Base64 grows by a third. */
const FILE_LETTERS_MAX = Math.ceil((FILE_BYTES_MAX * 4) / 3) + 8;
const NewBody = Type.Object(
  {
    item: Type.String({ maxLength: 20 }),
    claim: Type.Union([Type.Literal("met"), Type.Literal("partly"), Type.Literal("not_applicable")]),
    dated: Day,
    valid_until: Day,
    note: Type.String({ minLength: 2, maxLength: 1_000 }),
    file: Type.Optional(
      Type.Object(
        {
          name: Type.String({ minLength: 1, maxLength: 200 }),
          base64: Type.String({ maxLength: FILE_LETTERS_MAX, pattern: "^[A-Za-z0-9+/]*={0,2}$" }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);
const Params = Type.Object({ evidence_id: Type.Integer({ minimum: 1 }) });
type One = { Params: Static<typeof Params> };

export function evidenceRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/trust/evidence",
    { schema: { summary: "Evidence that people brought", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const rows = await listEvidence(tx);
        const names = await staffNames(
          tx,
          rows.map(({ person_id }) => person_id),
        );
        return { items: rows.map((row) => ({ ...row, person: names.get(row.person_id) ?? "" })) };
      }),
  );
  app.post<{ Body: Static<typeof NewBody> }>(
    "/api/trust/evidence",
    {
      bodyLimit: FILE_LETTERS_MAX + 10_000,
      schema: { summary: "Bring evidence for an item; its file is sealed", tags, body: NewBody },
      config: run,
    },
    async (request, reply) => {
      const { file, ...wanted } = request.body;
      Object.assign(request.audit_subject, { item: wanted.item, claim: wanted.claim, dated: wanted.dated });
      const content = file === undefined ? null : { name: file.name, content: Buffer.from(file.base64, "base64") };
      const evidence_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        addEvidence(tx, ground, { ...wanted, file: content, person_id: personOf(request) }),
      );
      return reply.code(201).send({ evidence_id });
    },
  );
  app.get<One>(
    "/api/trust/evidence/:evidence_id/file",
    {
      schema: { summary: "The file of evidence", tags, params: Params },
      config: unapproved("evidence of an assessment, no members", {
        access: { ...aboutOne("evidence", run).access, audit: "trust.evidence_file" },
      }),
    },
    async (request, reply) => {
      const { name, content } = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        evidenceFile(tx, ground, request.params.evidence_id),
      );
      return reply
        .type("application/octet-stream")
        .header("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
        .send(content);
    },
  );
  app.delete<One>(
    "/api/trust/evidence/:evidence_id",
    {
      schema: {
        summary: "Take evidence back; it stays on record",
        tags,
        params: Params,
        response: { 204: Type.Null() },
      },
      config: aboutOne("evidence", run),
    },
    async (request, reply) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) =>
        withdrawEvidence(tx, request.params.evidence_id, personOf(request), ground.wall.now()),
      );
      return reply.code(204).send();
    },
  );
}
