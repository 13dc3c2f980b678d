import { Readable } from "node:stream";
import multipart from "@fastify/multipart";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, type ActInWords, problem, unapproved } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { originOf, recordsOf } from "./import-inbox.ts";
import { errorFile } from "./error-file.ts";
import { chooseReading, mapImport, removeImport, startImportJob, uploadFile } from "./import.ts";
import { importById, type ImportRow, listImports, listProblems } from "./import-store.ts";
import { IMPORT_LIMITS } from "./limits.ts";
import { importView, problemView, vocabularyView } from "./view.ts";

const PAGE = 50;
const PROBLEMS_PAGE = 100;
const tags = ["ingest"];
const read = { access: { permission: "data.read", level: "L2" } } as const;
const manage = (audit: string) => ({ access: { permission: "data.manage", level: "L2", audit } }) as const;

const Id = Type.Object({ import_id: Type.Integer({ minimum: 1 }) });
const Cursor = Type.Object({ cursor: Type.Optional(Type.Integer({ minimum: 0 })) });
const Text = (max: number) => Type.String({ maxLength: max });
const Choices = Type.Object(
  {
    encoding: Type.Optional(Text(20)),
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    quote: Type.Optional(Text(1)),
    header: Type.Optional(Type.Boolean()),
    sheet: Type.Optional(Text(100)),
  },
  { additionalProperties: false },
);
const MappingBody = Type.Object(
  {
    record_kind: Text(50),
    mapping: Type.Record(
      Type.String({ maxLength: 100 }),
      Type.Object(
        {
          column: Type.Optional(Type.Integer({ minimum: 0 })),
          value: Type.Optional(Text(500)),
          format: Type.Optional(Text(30)),
          values: Type.Optional(Type.Record(Type.String({ maxLength: 200 }), Text(200))),
        },
        { additionalProperties: false },
      ),
      { maxProperties: 200 },
    ),
    options: Type.Optional(
      Type.Object(
        {
          timezone: Type.Optional(Text(60)),
          currency: Type.Optional(Text(3)),
          as_of: Type.Optional(Text(40)),
          namespaces: Type.Optional(Type.Record(Type.String({ maxLength: 30 }), Text(60), { maxProperties: 20 })),
          coupon_in_discount: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
    choices: Type.Optional(Choices),
  },
  { additionalProperties: false },
);

/** The wizard: upload, mapping, dry run, run, error file, undo. */
export function importRoutes(app: FastifyInstance, ground: Ground): void {
  uploadRoute(app, ground);
  readingRoutes(app, ground);
  changingRoutes(app, ground);
  jobStartRoutes(app, ground);
}

function load(ground: Ground, import_id: number): Promise<ImportRow> {
  return ground.store.read(SYSTEM_SCOPE, (tx) => importById(tx, import_id));
}

function uploadRoute(app: FastifyInstance, ground: Ground): void {
  const Query = Type.Object({ source_id: Type.Optional(Type.Integer({ minimum: 1 })) });
  // In a scope of its own, so that only this route takes forms.
  void app.register(async (scope) => {
    await scope.register(multipart, {
      limits: { files: 1, fields: 5, parts: 8, fileSize: IMPORT_LIMITS.upload_bytes_max + 1, fieldSize: 1_000 },
    });
    scope.post<{ Querystring: Static<typeof Query> }>(
      "/api/imports",
      {
        schema: {
          summary: "Upload a file (form field file; source_id in the query or as a field before it)",
          tags,
          consumes: ["multipart/form-data"],
          querystring: Query,
        },
        config: manage("imports.upload"),
      },
      async (request, reply) => {
        const row = await takeUpload(ground, request, request.query.source_id);
        return reply.code(201).send(importView(row));
      },
    );
  });
}

async function takeUpload(ground: Ground, request: FastifyRequest, from_query: number | undefined): Promise<ImportRow> {
  let source_id = from_query;
  for await (const part of request.parts()) {
    if (part.type === "field") {
      if (part.fieldname === "source_id" && /^\d{1,9}$/.test(String(part.value))) source_id = Number(part.value);
      continue;
    }
    return uploadFile(ground, {
      file_name: part.filename.slice(0, 255) || "upload",
      stream: part.file as AsyncIterable<Buffer>,
      source_id,
      person_id: request.person?.person_id,
    });
  }
  throw problem("import.no_file");
}

function readingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/imports/vocabulary",
    { schema: { summary: "Kinds of records and the fields that columns map to", tags }, config: read },
    async () => vocabularyView(),
  );
  app.get<{ Querystring: Static<typeof Cursor> }>(
    "/api/imports",
    { schema: { summary: "Imports, newest first", tags, querystring: Cursor }, config: read },
    async (request) => {
      const before = request.query.cursor ?? null;
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => listImports(tx, before, PAGE));
      const next_cursor = rows.length === PAGE ? (rows.at(-1)?.import_id ?? null) : null;
      return { items: rows.map(importView), next_cursor };
    },
  );
  app.get<{ Params: Static<typeof Id> }>(
    "/api/imports/:import_id",
    { schema: { summary: "One import", tags, params: Id }, config: aboutOne("import", read) },
    async (request) => importView(await load(ground, request.params.import_id)),
  );
  app.get<{ Params: Static<typeof Id>; Querystring: Static<typeof Cursor> }>(
    "/api/imports/:import_id/problems",
    {
      schema: { summary: "Rows with problems, values masked", tags, params: Id, querystring: Cursor },
      config: aboutOne("import", read),
    },
    async (request) => {
      const row = await load(ground, request.params.import_id);
      const phase = row.report === null || row.state === "undone" ? "check" : "run";
      const items = await ground.store.read(SYSTEM_SCOPE, (tx) =>
        listProblems(tx, row.import_id, phase, request.query.cursor ?? 0, PROBLEMS_PAGE),
      );
      const next_cursor = items.length === PROBLEMS_PAGE ? (items.at(-1)?.problem ?? null) : null;
      return { items: items.map(problemView), next_cursor, kept_max: IMPORT_LIMITS.problems_kept_max };
    },
  );
  app.get<{ Params: Static<typeof Id> }>(
    "/api/imports/:import_id/errors.csv",
    {
      schema: { summary: "The rows in error with their reasons, as a file to mend and import again", tags, params: Id },
      config: aboutOne("import", unapproved("the rows of an uploaded file, to be mended", manage("imports.errors"))),
    },
    async (request, reply) => {
      const row = await load(ground, request.params.import_id);
      const pieces = await errorFile(ground, row);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="import-${row.import_id}-errors.csv"`)
        .send(Readable.from(pieces));
    },
  );
}

function changingRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof Id>; Body: Static<typeof MappingBody> }>(
    "/api/imports/:import_id/mapping",
    {
      schema: { summary: "Confirm how columns map onto fields", tags, params: Id, body: MappingBody },
      config: aboutOne("import", manage("imports.map")),
    },
    async (request) => importView(await mapImport(ground, request.params.import_id, request.body as never)),
  );
  app.put<{ Params: Static<typeof Id>; Body: Static<typeof Choices> }>(
    "/api/imports/:import_id/reading",
    {
      schema: {
        summary: "Read the file with another encoding, delimiter, header or sheet",
        tags,
        params: Id,
        body: Choices,
      },
      config: aboutOne("import", manage("imports.read")),
    },
    async (request) => importView(await chooseReading(ground, request.params.import_id, request.body)),
  );
  app.delete<{ Params: Static<typeof Id> }>(
    "/api/imports/:import_id",
    {
      schema: {
        summary: "Delete the sealed file, and the import if nothing came in by it",
        tags,
        params: Id,
        response: { 204: Type.Null() },
      },
      config: aboutOne("import", manage("imports.delete")),
    },
    async (request, reply) => {
      await removeImport(ground, request.params.import_id);
      return reply.code(204).send();
    },
  );
}

function jobStartRoutes(app: FastifyInstance, ground: Ground): void {
  const summaries = {
    check: "Dry run: what would come in, and what is wrong",
    run: "Bring the rows in",
    undo: "Take back what this import brought in",
  };
  const configs = {
    check: manage("imports.check"),
    run: manage("imports.run"),
    undo: {
      access: {
        permission: "data.undo",
        level: "L3",
        audit: "imports.undo",
        approval: (request: FastifyRequest) => undoInWords(ground, request),
      },
    },
  } as const;
  for (const what of ["check", "run", "undo"] as const) {
    app.post<{ Params: Static<typeof Id> }>(
      `/api/imports/:import_id/${what}`,
      { schema: { summary: summaries[what], tags, params: Id }, config: aboutOne("import", configs[what]) },
      async (request, reply) => {
        const { import_id } = request.params;
        const job_id = await startImportJob(ground, import_id, what, request.person?.person_id, (tx, job) =>
          request.settle(tx, { import_id, job_id: job }),
        );
        return reply.code(202).send({ job_id });
      },
    );
  }
}

/** An undo as it is put to a colleague: how much of which file goes. */
async function undoInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { import_id } = request.params as Static<typeof Id>;
  const row = await load(ground, import_id);
  return {
    // another run brings in other records
    same: { run: row.run },
    words: async () => {
      const origin = originOf(import_id, row.run);
      const { left } = await ground.store.read(SYSTEM_SCOPE, (tx) => recordsOf(tx, origin));
      const n = left.toLocaleString("en-US");
      return {
        zh: `撤销导入 #${import_id}（${row.file_name}）：收回它带来的 ${n} 条记录`,
        en: `Undo import #${import_id} (${row.file_name}): take back the ${n} records it brought`,
      };
    },
  };
}
