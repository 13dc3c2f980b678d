import type { FastifyInstance, FastifyRequest } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne } from "../platform/http.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import type { DeclaredRoute } from "./declared-routes.ts";
import { changedCells, changedScopes, DOMAINS, LEVELS, type MatrixContent, OUTCOMES, ROW_SCOPES } from "./matrix.ts";
import { ActAnswer, MatrixAnswer, Row, VersionAnswer, VersionsAnswer } from "./matrix-answers.ts";
import { listVersions, openVersion, versionAt, type VersionRow } from "./matrix-store.ts";
import {
  activeContent,
  approversNow,
  approveVersion,
  changeDraft,
  type Editor,
  rejectVersion,
  startDraft,
  submitDraft,
  wholeContent,
  withdraw,
} from "./matrix-versions.ts";
import { matrixWorkbook, readWorkbook } from "./matrix-workbook.ts";
import { DOMAIN_NAMES, OUTCOME_NAMES, PERMISSION_NAMES, ROW_SCOPE_NAMES } from "./permission-names.ts";
import { PERMISSIONS, ROLES } from "./roles.ts";

const tags = ["access"];
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const VERSIONS_PAGE = 50;
const FILE_BYTES_MAX = 2_000_000;
const read = { access: { permission: "matrix.read", level: "L2" } } as const;
const manage = (audit: string) => ({ access: { permission: "matrix.manage", level: "L2", audit } }) as const;
const approve = (audit: string) => ({ access: { permission: "matrix.approve", level: "L2", audit } }) as const;

const code = Type.String({ maxLength: 60 });
const Reason = Type.String({ minLength: 2, maxLength: 200 });
const Cells = Type.Array(Type.Object({ role: code, permission: code, level: code, outcome: code }), {
  maxItems: 5_000,
});
const Scopes = Type.Array(Type.Object({ role: code, domain: code, scope: code }), { maxItems: 1_000 });
const Draft = Type.Object({ reason: Reason, from: Type.Optional(Type.Integer({ minimum: 0 })) });
const Changes = Type.Object({
  cells: Type.Optional(Cells),
  scopes: Type.Optional(Scopes),
  reason: Type.Optional(Reason),
});
const Version = Type.Object({ version: Type.Integer({ minimum: 0 }) });
const Decision = Type.Object({ reason: Reason });
const Language = Type.Object({ language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])) });

function editorOf(request: FastifyRequest, ground: Ground): Editor {
  if (request.person === undefined) throw new Error("a matrix is edited by people only");
  return { person_id: request.person.person_id, now: ground.wall.now() };
}

/** The permission matrix: seen, drafted, approved, kept in versions, as a grid and as a file. */
export function matrixRoutes(app: FastifyInstance, ground: Ground, routes: readonly DeclaredRoute[]): void {
  readRoutes(app, ground, routes);
  versionRoutes(app, ground);
  draftRoutes(app, ground);
  decisionRoutes(app, ground);
  fileRoutes(app, ground);
}

const view = (row: VersionRow) => ({ ...row, editors: row.editors.length });

async function compared(tx: Tx, content: MatrixContent, against: MatrixContent) {
  return { changed_cells: changedCells(against, content), changed_scopes: changedScopes(against, content) };
}

function readRoutes(app: FastifyInstance, ground: Ground, routes: readonly DeclaredRoute[]): void {
  app.get(
    "/api/matrix",
    {
      schema: {
        summary: "The permission matrix in force, with the names of everything in it",
        tags,
        response: { 200: MatrixAnswer },
      },
      config: read,
    },
    async (request) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const { version, content } = await activeContent(tx);
        const active = version === 0 ? undefined : await versionAt(tx, version);
        const open = await openVersion(tx);
        const draft = open === undefined ? undefined : await wholeContent(tx, open.version);
        const others = (await approversNow(tx)).filter((id) => open?.editors.includes(id) !== true);
        return {
          version,
          active: active === undefined ? null : view(active),
          ...content,
          open: open === undefined || draft === undefined ? null : { ...view(open), ...draft },
          mine: open?.editors.includes(request.person?.person_id ?? 0) ?? false,
          other_approvers: others.length,
          roles: ROLES.map(({ role, zh, en }) => ({ role, zh, en })),
          permissions: PERMISSIONS.map((permission) => ({ permission, ...PERMISSION_NAMES[permission] })),
          domains: DOMAINS.map((domain) => ({ domain, ...DOMAIN_NAMES[domain] })),
          levels: LEVELS,
          outcomes: OUTCOMES.map((outcome) => ({ outcome, ...OUTCOME_NAMES[outcome] })),
          row_scopes: ROW_SCOPES.map((scope) => ({ scope, ...ROW_SCOPE_NAMES[scope] })),
          routes: routes.map(({ method, url, summary, access: { approval, ...access } }) => ({
            method,
            url,
            summary,
            ...access,
            asks: typeof approval === "function",
          })),
        };
      }),
  );
}

function versionRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: { cursor?: number } }>(
    "/api/matrix/versions",
    {
      schema: {
        summary: "Versions of the matrix with author and approver, newest first",
        tags,
        querystring: Type.Object({ cursor: Type.Optional(Type.Integer({ minimum: 1 })) }),
        response: { 200: VersionsAnswer },
      },
      config: read,
    },
    async ({ query }) => {
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => listVersions(tx, query.cursor ?? null, VERSIONS_PAGE));
      return {
        items: rows.map(view),
        next_cursor: rows.length === VERSIONS_PAGE ? (rows.at(-1)?.version ?? null) : null,
      };
    },
  );
  app.get<{ Params: Static<typeof Version> }>(
    "/api/matrix/versions/:version",
    {
      schema: {
        summary: "One version with its difference from the one before",
        tags,
        params: Version,
        response: { 200: VersionAnswer },
      },
      config: aboutOne("matrix_version", read),
    },
    async ({ params: { version } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const content = await wholeContent(tx, version);
        const row = version === 0 ? undefined : await versionAt(tx, version);
        const before = await wholeContent(tx, row?.based_on ?? 0);
        return {
          version,
          row: row === undefined ? null : view(row),
          ...content,
          ...(await compared(tx, content, before)),
        };
      }),
  );
}

function draftRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Draft> }>(
    "/api/matrix/draft",
    {
      schema: {
        summary: "Open a draft from the version in force, or from an older one",
        tags,
        body: Draft,
        response: { 201: ActAnswer },
      },
      config: manage("matrix.draft"),
    },
    async (request, reply) => {
      const { reason, from } = request.body;
      const version = await startDraft(ground, editorOf(request, ground), reason, from);
      Object.assign(request.audit_subject, { version, from: from ?? null });
      return reply.code(201).send({ version });
    },
  );
  app.patch<{ Body: Static<typeof Changes> }>(
    "/api/matrix/draft",
    {
      schema: { summary: "Put cells and row scopes into the draft", tags, body: Changes, response: { 200: ActAnswer } },
      config: manage("matrix.change"),
    },
    async (request) => {
      const { cells = [], scopes = [], reason } = request.body;
      const changes = { cells, scopes, ...(reason === undefined ? {} : { reason }) };
      const version = await changeDraft(ground, editorOf(request, ground), changes);
      Object.assign(request.audit_subject, { version, cells: cells.length, scopes: scopes.length });
      return { version };
    },
  );
  app.delete(
    "/api/matrix/draft",
    {
      schema: { summary: "Throw the draft away, or take a submitted version back", tags, response: { 200: ActAnswer } },
      config: manage("matrix.withdraw"),
    },
    async (request) => {
      const version = await withdraw(ground, editorOf(request, ground));
      request.audit_subject["version"] = version;
      return { version };
    },
  );
  app.post(
    "/api/matrix/draft/submit",
    {
      schema: { summary: "Close the draft for approval", tags, response: { 200: ActAnswer } },
      config: manage("matrix.submit"),
    },
    async (request) => {
      const version = await submitDraft(ground, editorOf(request, ground));
      request.audit_subject["version"] = version;
      return { version };
    },
  );
}

function decisionRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof Version>; Body: Static<typeof Decision> }>(
    "/api/matrix/versions/:version/approve",
    {
      schema: {
        summary: "Put a submitted version into force, as a second person",
        tags,
        params: Version,
        body: Decision,
        response: { 200: Row },
      },
      config: aboutOne("matrix_version", approve("matrix.approve")),
    },
    async (request) => {
      const { version } = request.params;
      const row = await approveVersion(ground, editorOf(request, ground), version, request.body.reason);
      Object.assign(request.audit_subject, { version, hash: row.hash, alone: row.alone });
      return view(row);
    },
  );
  app.post<{ Params: Static<typeof Version>; Body: Static<typeof Decision> }>(
    "/api/matrix/versions/:version/reject",
    {
      schema: {
        summary: "Send a submitted version back",
        tags,
        params: Version,
        body: Decision,
        response: { 200: ActAnswer },
      },
      config: aboutOne("matrix_version", approve("matrix.reject")),
    },
    async (request) => {
      const { version } = request.params;
      await rejectVersion(ground, editorOf(request, ground), version, request.body.reason);
      request.audit_subject["version"] = version;
      return { version };
    },
  );
}

function fileRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof Version>; Querystring: Static<typeof Language> }>(
    "/api/matrix/versions/:version/matrix.xlsx",
    {
      schema: { summary: "A version as an Excel file", tags, params: Version, querystring: Language },
      config: aboutOne("matrix_version", read),
    },
    async ({ params: { version }, query }, reply) => {
      const content = await ground.store.read(SYSTEM_SCOPE, (tx) => wholeContent(tx, version));
      return reply
        .type(XLSX)
        .header("content-disposition", `attachment; filename="huitou-matrix-${version}.xlsx"`)
        .send(await matrixWorkbook(content, version, query.language ?? "zh"));
    },
  );
  // In a scope of its own, so that only this route takes such a body.
  void app.register(async (inner) => {
    const options = { parseAs: "buffer", bodyLimit: FILE_BYTES_MAX } as const;
    inner.addContentTypeParser(XLSX, options, (_request, body, done) => done(null, body));
    inner.put(
      "/api/matrix/draft/matrix.xlsx",
      {
        schema: {
          summary: "Replace the draft's cells with those of an Excel file",
          tags,
          consumes: [XLSX],
          response: { 200: ActAnswer },
        },
        config: manage("matrix.import"),
      },
      async (request) => {
        const content = await readWorkbook(request.body as Buffer);
        const version = await changeDraft(ground, editorOf(request, ground), content);
        Object.assign(request.audit_subject, { version, cells: content.cells.length });
        return { version, cells: content.cells.length, scopes: content.scopes.length };
      },
    );
  });
}
