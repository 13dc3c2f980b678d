import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, problem, unapproved } from "../platform/index.ts";
import type { Tx } from "../store/index.ts";
import type { TagBook } from "./book.ts";
import {
  archiveCustom,
  changeCustom,
  createCustom,
  exportCustom,
  importCustom,
  restoreCustom,
  tagUses,
} from "./custom.ts";
import { IMPORT_BYTES_MAX, REASON_MAX } from "./custom-limits.ts";
import { previewCustom } from "./custom-preview.ts";
import { type CustomRow, customRows, customVersions, type Maker } from "./custom-store.ts";
import { usesOf } from "./custom-usage.ts";
import { followSwitches } from "./switch-store.ts";

const tags = ["tags"];
const read = { access: { permission: "tags.read", level: "L2" } } as const;
const manage = (audit: string) => ({ access: { permission: "tags.manage", level: "L2", audit } }) as const;
const Closed = { additionalProperties: false } as const;
const KeyParams = Type.Object({ key: Type.String({ maxLength: 60 }) });
const Definition = Type.Record(Type.String(), Type.Unknown());
const Reason = Type.Optional(Type.String({ maxLength: REASON_MAX }));
const DraftBody = Type.Object({ definition: Definition, reason: Reason }, Closed);
const ReasonBody = Type.Object({ reason: Reason }, Closed);
const PreviewBody = Type.Object({ definition: Definition }, Closed);
const ImportBody = Type.Object(
  {
    document: Definition,
    replace: Type.Optional(Type.Boolean()),
    dry_run: Type.Optional(Type.Boolean()),
    reason: Reason,
  },
  Closed,
);
const Kept = Type.Object({ key: Type.String(), version: Type.Integer(), job_id: Type.String() });
const CustomView = Type.Object({
  key: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  version: Type.Integer(),
  archived_at: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String(),
  updated_at: Type.String(),
  /** Why it is not computed although it is not archived: a source or another tag is missing. */
  problems: Type.Array(Type.Object({ path: Type.String(), zh: Type.String(), en: Type.String() })),
});
const ExportQuery = Type.Object({ key: Type.Optional(Type.String({ maxLength: 60 })) });

function makerOf(request: FastifyRequest, reason: string | undefined): Maker {
  return { person_id: request.person?.person_id ?? null, name: request.person?.name ?? null, reason: reason ?? "" };
}

/** Aborts when the caller closes the connection before the answer; after the answer nothing listens any more. */
function hungUp(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  return gone.signal;
}

/** Tags that people make: read, kept, archived, previewed, imported and exported. */
export function customRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  readingRoutes(app, ground, book);
  keepingRoutes(app, ground, book);
  documentRoutes(app, ground, book);
}

function customView(book: TagBook, row: CustomRow) {
  return {
    key: row.key,
    zh: row.definition.zh,
    en: row.definition.en,
    version: row.version,
    archived_at: row.archived_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    problems: row.archived_at === null ? (book.missing.get(row.key) ?? []) : [],
  };
}

function readingRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  app.get(
    "/api/tags/custom",
    {
      schema: {
        tags,
        summary: "Tags that people made, archived ones too",
        response: { 200: Type.Object({ items: Type.Array(CustomView) }) },
      },
      config: read,
    },
    async (request) => {
      const rows = await ground.store.read(request.scope, async (tx) => {
        await followSwitches(tx, book);
        return customRows(tx);
      });
      return { items: rows.map((row) => customView(book, row)) };
    },
  );

  app.get<{ Params: Static<typeof KeyParams> }>(
    "/api/tags/custom/:key",
    {
      schema: {
        tags,
        summary: "One tag that people made, with its versions and what uses it",
        params: KeyParams,
        response: {
          200: Type.Intersect([
            CustomView,
            Type.Object({
              definition: Type.Unknown(),
              versions: Type.Array(Type.Unknown()),
              uses: Type.Array(Type.Unknown()),
            }),
          ]),
        },
      },
      config: aboutOne("tag", read),
    },
    async (request) => {
      const { key } = request.params;
      return ground.store.read(request.scope, async (tx: Tx) => {
        await followSwitches(tx, book);
        const rows = await customRows(tx);
        const row = rows.find((one) => one.key === key);
        if (row === undefined) throw problem("tags.not_custom", { key });
        const versions = await customVersions(tx, key);
        const uses = [...tagUses(rows, key), ...(await usesOf(tx, ground, key))];
        return { ...customView(book, row), definition: row.definition, versions, uses };
      });
    },
  );

  app.post<{ Body: Static<typeof PreviewBody> }>(
    "/api/tags/custom/preview",
    {
      schema: { tags, summary: "What a definition would say of the members, without keeping it", body: PreviewBody },
      config: { access: { permission: "tags.manage", level: "L2" } },
    },
    async (request, reply) => previewCustom(ground, book, request.scope, request.body.definition, hungUp(reply)),
  );
}

function keepingRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  app.post<{ Body: Static<typeof DraftBody> }>(
    "/api/tags/custom",
    {
      schema: { tags, summary: "Make a tag; everyone is computed", body: DraftBody, response: { 201: Kept } },
      config: manage("tags.create"),
    },
    async (request, reply) => {
      const { definition, reason } = request.body;
      const [kept] = await createCustom(ground, book, request.scope, definition, makerOf(request, reason));
      Object.assign(request.audit_subject, { key: kept?.key, version: kept?.version });
      return reply.code(201).send(kept);
    },
  );

  app.put<{ Params: Static<typeof KeyParams>; Body: Static<typeof DraftBody> }>(
    "/api/tags/custom/:key",
    {
      schema: {
        tags,
        summary: "A new version of a tag; old values stay until everyone is computed",
        params: KeyParams,
        body: DraftBody,
        response: { 200: Kept },
      },
      config: aboutOne("tag", manage("tags.change")),
    },
    async (request) => {
      const { definition, reason } = request.body;
      const { key } = request.params;
      const [kept] = await changeCustom(ground, book, request.scope, key, definition, makerOf(request, reason));
      Object.assign(request.audit_subject, { key, version: kept?.version });
      return kept;
    },
  );

  const acts = [
    ["archive", "Take a tag out of use; refused while something names it", archiveCustom],
    ["restore", "Bring an archived tag back", restoreCustom],
  ] as const;
  for (const [act, summary, run] of acts) {
    app.post<{ Params: Static<typeof KeyParams>; Body: Static<typeof ReasonBody> }>(
      `/api/tags/custom/:key/${act}`,
      {
        schema: { tags, summary, params: KeyParams, body: ReasonBody, response: { 200: Kept } },
        config: aboutOne("tag", manage(`tags.${act}`)),
      },
      async (request) => {
        const { key } = request.params;
        const [kept] = await run(ground, book, request.scope, key, makerOf(request, request.body.reason));
        Object.assign(request.audit_subject, { key, version: kept?.version });
        return kept;
      },
    );
  }
}

function documentRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  app.get<{ Querystring: Static<typeof ExportQuery> }>(
    "/api/tags/export",
    {
      schema: { tags, summary: "Definitions of one tag or of all as JSON", querystring: ExportQuery },
      config: unapproved("definitions, no members", read),
    },
    async (request) => exportCustom(await ground.store.read(request.scope, customRows), request.query.key),
  );

  app.post<{ Body: Static<typeof ImportBody> }>(
    "/api/tags/import",
    {
      schema: {
        tags,
        summary: "Keep all tags of a document, or none; with dry_run say what would be done",
        body: ImportBody,
        response: { 200: Type.Object({ plan: Type.Array(Type.Unknown()), kept: Type.Array(Kept) }) },
      },
      config: unapproved("definitions, no members; each is kept in versions", manage("tags.import")),
      bodyLimit: IMPORT_BYTES_MAX,
    },
    async (request) => {
      const { document, replace = false, dry_run = false, reason } = request.body;
      const options = { replace, dry_run };
      const answer = await importCustom(ground, book, request.scope, document, options, makerOf(request, reason));
      Object.assign(request.audit_subject, { keys: answer.plan.map(({ key }) => key), dry_run });
      return answer;
    },
  );
}
