import { Readable } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { exportColumns } from "./export-columns.ts";
import type { ExportRow } from "./export-store.ts";
import {
  cancelExport,
  exportInWords,
  exportView,
  holdsPersonal,
  openExport,
  requestExport,
  visibleExport,
  visibleExports,
} from "./exports.ts";
import {
  EXPORT_COLUMNS_MAX,
  EXPORT_KEPT_DAYS,
  EXPORT_REASON_CHARACTERS_MAX,
  EXPORT_REASON_CHARACTERS_MIN,
  EXPORT_ROWS_MAX,
  SHEET_ROWS_MAX,
} from "./limits.ts";
import { editorOf, IdParams, Nullable, tags } from "./route-parts.ts";
import { aboutOne, type ActInWords, problem, covered } from "../platform/index.ts";

const permission = "segments.export";
/** Opened at L2; columns in clear ask for the cell of L3. */
const see = { access: { permission, level: "L3", enter: "L2" } } as const;
const act = (audit: string) => ({ access: { permission, level: "L3", enter: "L2", audit } }) as const;

const Language = { zh: Type.String(), en: Type.String() };
const ExportColumn = Type.Object({
  key: Type.String(),
  ...Language,
  group: Type.String(),
  masked: Type.Boolean(),
  personal: Type.Boolean(),
});
const Offer = Type.Object({
  columns: Type.Array(ExportColumn),
  /** What of columns in clear the person cannot have. */
  withheld: Type.Array(Type.Object({ key: Type.String(), ...Language })),
  /** Columns in clear are put to a colleague first. */
  asks_approval: Type.Boolean(),
  rows_max: Type.Integer(),
  sheet_rows_max: Type.Integer(),
  columns_max: Type.Integer(),
  kept_days: Type.Integer(),
  reason_min: Type.Integer(),
  reason_max: Type.Integer(),
});
const Wish = Type.Object({
  segment_id: Type.Optional(Type.Integer({ minimum: 1 })),
  snapshot_id: Type.Optional(Type.Integer({ minimum: 1 })),
  columns: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: EXPORT_COLUMNS_MAX }),
  format: Type.Union([Type.Literal("csv"), Type.Literal("xlsx")]),
  language: Type.Union([Type.Literal("zh"), Type.Literal("en")]),
  reason: Type.String({ maxLength: 1_000 }),
});
const ExportView = Type.Object({
  export_id: Type.Integer(),
  segment_id: Nullable(Type.Integer()),
  snapshot_id: Nullable(Type.Integer()),
  name: Type.String(),
  format: Type.String(),
  columns: Type.Array(Type.String()),
  language: Type.String(),
  reason: Type.String(),
  state: Type.Union(["waiting", "running", "done", "failed", "cancelled", "expired"].map((s) => Type.Literal(s))),
  rows: Nullable(Type.Integer()),
  bytes: Nullable(Type.Integer()),
  sha256: Nullable(Type.String()),
  failure: Type.Unknown(),
  job_id: Nullable(Type.String()),
  created_by_name: Nullable(Type.String()),
  created_at: Type.String(),
  finished_at: Nullable(Type.String()),
  expires_at: Nullable(Type.String()),
});
const ListQuery = Type.Object({ segment_id: Type.Optional(Type.Integer({ minimum: 1 })) });

const MEDIA = {
  csv: "text/csv; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
} as const;

/** Who took what, and for what purpose: for the audit row of a request and of each fetching. */
function noteSubject(request: FastifyRequest, row: ExportRow): void {
  Object.assign(request.audit_subject, {
    export_id: row.export_id,
    segment_id: row.segment_id,
    snapshot_id: row.snapshot_id,
    format: row.format,
    columns: row.columns.length,
    rows: row.rows,
    reason: row.reason,
  });
}

/** The cell of columns in clear: nothing where they are masked or denied. */
function clearCell({ rights }: FastifyRequest): "allow" | "step_up" | "approve" | null {
  const outcome = rights?.outcome(permission, "L3");
  return outcome === "allow" || outcome === "step_up" || outcome === "approve" ? outcome : null;
}

/** An export as it is put to a colleague: at L3 with columns in clear, else at what opens the route. */
async function described(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const wish = request.body as Static<typeof Wish>;
  const { personal, same, words } = await exportInWords(ground, request.scope, wish);
  return { words, same, reason: wish.reason, ...(personal ? { level: "L3" as const } : {}) };
}

/** A file in clear belongs to the one who asked for it, where the matrix does not open it to all. @throws segments.export_not_found */
function requireOwnFile(ground: Ground, request: FastifyRequest, row: ExportRow): void {
  if (!holdsPersonal(ground, row) || clearCell(request) === "allow") return;
  if (row.created_by === null || row.created_by !== request.person?.person_id)
    throw problem("segments.export_not_found", { export_id: row.export_id });
}

/** Lists of members as files: asked for, followed, fetched, destroyed. */
export function exportRoutes(app: FastifyInstance, ground: Ground): void {
  const asked = (audit: string) => ({
    access: { ...act(audit).access, approval: (request: FastifyRequest) => described(ground, request) },
  });
  app.get(
    "/api/segments/export-columns",
    { schema: { tags, summary: "What an export may hold", response: { 200: Offer } }, config: see },
    async (request) => {
      const { columns, withheld } = exportColumns(ground);
      const cell = clearCell(request);
      const closed = cell === null ? columns.filter((column) => column.personal) : [];
      return {
        columns: columns
          .filter((column) => !closed.includes(column))
          .map(({ key, zh, en, group, masked, personal }) => ({ key, zh, en, group, masked, personal })),
        withheld: [...closed, ...withheld].map(({ key, zh, en }) => ({ key, zh, en })),
        asks_approval: cell === "approve",
        rows_max: EXPORT_ROWS_MAX,
        sheet_rows_max: SHEET_ROWS_MAX - 1,
        columns_max: EXPORT_COLUMNS_MAX,
        kept_days: EXPORT_KEPT_DAYS,
        reason_min: EXPORT_REASON_CHARACTERS_MIN,
        reason_max: EXPORT_REASON_CHARACTERS_MAX,
      };
    },
  );

  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/segments/exports",
    {
      schema: {
        tags,
        summary: "Exports of the last days",
        querystring: ListQuery,
        response: { 200: Type.Object({ items: Type.Array(ExportView) }) },
      },
      config: see,
    },
    async ({ scope, query }) => ({ items: await visibleExports(ground, scope, query.segment_id ?? null) }),
  );

  app.post<{ Body: Static<typeof Wish> }>(
    "/api/segments/exports",
    {
      schema: { tags, summary: "Ask for a file of members", body: Wish, response: { 202: ExportView } },
      config: asked("segments.export"),
    },
    async (request, reply) => {
      const row = await requestExport(ground, request.scope, request.body, editorOf(request), {
        // a cell of step-up or approve has been met by now
        personal: clearCell(request) !== null,
        settle: (tx, outcome) => request.settle(tx, outcome),
      });
      noteSubject(request, row);
      return reply.code(202).send(exportView(row, ground.clock.now()));
    },
  );
  fileRoutes(app, ground);
}

function fileRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof IdParams> }>(
    "/api/segments/exports/:id",
    {
      schema: { tags, summary: "One export", params: IdParams, response: { 200: ExportView } },
      config: aboutOne("export", see),
    },
    async ({ scope, params }) => exportView(await visibleExport(ground, scope, params.id), ground.clock.now()),
  );

  app.get<{ Params: Static<typeof IdParams> }>(
    "/api/segments/exports/:id/file",
    {
      schema: { tags, summary: "The file of an export", params: IdParams, produces: Object.values(MEDIA) },
      config: aboutOne(
        "export",
        covered("the file of an export that was approved where it had to be", act("segments.export_download")),
      ),
    },
    async (request, reply) => {
      const row = await visibleExport(ground, request.scope, request.params.id);
      requireOwnFile(ground, request, row);
      noteSubject(request, row);
      const pieces = await openExport(ground, row);
      return reply
        .type(MEDIA[row.format])
        .header("content-disposition", `attachment; filename="members-${row.export_id}.${row.format}"`)
        .header("cache-control", "no-store")
        .send(Readable.from(pieces));
    },
  );

  app.post<{ Params: Static<typeof IdParams> }>(
    "/api/segments/exports/:id/cancel",
    {
      schema: { tags, summary: "Stop an export, or destroy its file", params: IdParams, response: { 200: ExportView } },
      config: aboutOne("export", covered("destroys a file", act("segments.export_cancel"))),
    },
    async ({ scope, params }) => cancelExport(ground, scope, params.id),
  );
}
