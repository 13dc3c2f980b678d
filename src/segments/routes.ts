import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import type { Expression } from "../query/index.ts";
import { analysisRoutes } from "./analysis-routes.ts";
import { countCondition, hasMany } from "./count.ts";
import { warmCopies } from "./kept-columns.ts";
import { PAGE_MAX, SAMPLE_MAX } from "./limits.ts";
import { exportRoutes } from "./export-routes.ts";
import { listSegments, type SegmentDraft } from "./segment-store.ts";
import { Condition, editorOf, hungUp, IdParams, manage, Nullable, Page, read, tags } from "./route-parts.ts";
import { movementRoutes } from "./movement-routes.ts";
import { listSnapshots } from "./snapshot-store.ts";
import { portraitRoutes } from "./portrait-routes.ts";
import { snapshotRoutes } from "./snapshot-routes.ts";
import { tellTagUse } from "./tag-use.ts";
import { allSegments, membersOf, oneSegment, removeSegment, sampleOf, saveSegment } from "./segments.ts";
import { valueLists } from "./value-lists.ts";
import { mirrorProgress } from "../tags/index.ts";
import { vocabularyOf, WINDOWS } from "./vocabulary.ts";
import { aboutOne } from "../platform/index.ts";

const CountBody = Type.Object({ condition: Condition });
const SampleBody = Type.Object({
  condition: Condition,
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: SAMPLE_MAX })),
});
const DraftBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  description: Type.Optional(Type.String({ maxLength: 500 })),
  condition: Condition,
});
const MembersBody = Type.Object({
  condition: Condition,
  cursor: Type.Optional(Type.String({ pattern: "^[0-9]{1,16}$" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
});
const PageQuery = Type.Object({
  cursor: Type.Optional(Type.String({ pattern: "^[0-9]{1,16}$" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
});
const CountView = Type.Object({
  count: Type.Integer(),
  total: Type.Integer(),
  elapsed_ms: Type.Integer(),
  slow: Type.Boolean(),
  as_of: Type.String(),
  business_day: Type.String(),
  engine: Type.String(),
  steps: Type.Array(
    Type.Object({ path: Type.String(), zh: Type.String(), en: Type.String(), remaining: Type.Integer() }),
  ),
});
const SegmentView = Type.Object({
  segment_id: Type.Integer(),
  name: Type.String(),
  description: Type.String(),
  condition: Type.Unknown(),
  sentence_zh: Type.String(),
  sentence_en: Type.String(),
  count: Nullable(Type.Integer()),
  computed_at: Nullable(Type.String()),
  state: Type.Union(["filling", "live", "stuck", "failed"].map((state) => Type.Literal(state))),
  as_of: Nullable(Type.String()),
  checked_at: Nullable(Type.String()),
  difference: Nullable(Type.Integer()),
  failure: Type.Unknown(),
  created_at: Type.String(),
  updated_at: Type.String(),
  updated_by_name: Nullable(Type.String()),
});
const Members = Type.Object({ items: Type.Array(Type.Unknown()) });

export function segmentRoutes(app: FastifyInstance, ground: Ground): void {
  tellTagUse(ground);
  builderRoutes(app, ground);
  analysisRoutes(app, ground);
  snapshotRoutes(app, ground);
  keepingRoutes(app, ground);
  movementRoutes(app, ground);
  portraitRoutes(app, ground);
  exportRoutes(app, ground);
}

function builderRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/segments/vocabulary",
    { schema: { tags, summary: "What a segment can be built from" }, config: read },
    async (request) =>
      ground.store.read(request.scope, async (tx) => {
        // whoever asks for this will count soon
        if (await hasMany(tx, ground)) warmCopies(ground);
        return {
          windows: WINDOWS,
          groups: vocabularyOf(ground, await valueLists(tx, ground), await listSegments(tx), await listSnapshots(tx)),
        };
      }),
  );

  app.get(
    "/api/segments/preparation",
    {
      schema: {
        tags,
        summary:
          "How far the copy of all tags is that counts of many members are quick with; null when none is being made",
        response: {
          200: Type.Object({ copy: Nullable(Type.Object({ done: Type.Integer(), total: Type.Integer() })) }),
        },
      },
      config: read,
    },
    async () => ({ copy: mirrorProgress(ground) ?? null }),
  );

  app.post<{ Body: Static<typeof CountBody> }>(
    "/api/segments/count",
    {
      schema: { tags, summary: "Count a condition step by step", body: CountBody, response: { 200: CountView } },
      config: read,
    },
    async (request) => {
      const { scope, body } = request;
      return countCondition(ground, scope, body.condition, { signal: hungUp(request) });
    },
  );

  app.post<{ Body: Static<typeof SampleBody> }>(
    "/api/segments/sample",
    {
      schema: { tags, summary: "Some members of a condition", body: SampleBody, response: { 200: Members } },
      config: read,
    },
    async ({ scope, body }) => ({ items: await sampleOf(ground, scope, body.condition, body.limit ?? 10) }),
  );

  app.post<{ Body: Static<typeof MembersBody> }>(
    "/api/segments/members",
    {
      schema: { tags, summary: "Members of a condition", body: MembersBody, response: { 200: Page } },
      config: read,
    },
    async ({ scope, body }) => membersOf(ground, scope, body.condition, Number(body.cursor ?? 0), body.limit ?? 50),
  );
}

function draftOf(body: Static<typeof DraftBody>): SegmentDraft {
  return {
    name: body.name.trim(),
    description: body.description ?? "",
    condition: body.condition as unknown as Expression,
  };
}

function keepingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/segments",
    {
      schema: { tags, summary: "Kept segments", response: { 200: Type.Object({ items: Type.Array(SegmentView) }) } },
      config: read,
    },
    async (request) => ({ items: await ground.store.read(request.scope, (tx) => allSegments(tx, ground)) }),
  );

  app.post<{ Body: Static<typeof DraftBody> }>(
    "/api/segments",
    {
      schema: { tags, summary: "Keep a segment", body: DraftBody, response: { 201: SegmentView } },
      config: manage("segments.create"),
    },
    async (request, reply) => reply.code(201).send(await saveSegment(ground, draftOf(request.body), editorOf(request))),
  );

  app.get<{ Params: Static<typeof IdParams> }>(
    "/api/segments/:id",
    {
      schema: { tags, summary: "One segment", params: IdParams, response: { 200: SegmentView } },
      config: aboutOne("segment", read),
    },
    async (request) => ground.store.read(request.scope, (tx) => oneSegment(tx, ground, request.params.id)),
  );

  app.put<{ Params: Static<typeof IdParams>; Body: Static<typeof DraftBody> }>(
    "/api/segments/:id",
    {
      schema: { tags, summary: "Change a segment", params: IdParams, body: DraftBody, response: { 200: SegmentView } },
      config: aboutOne("segment", manage("segments.change")),
    },
    async (request) => saveSegment(ground, draftOf(request.body), editorOf(request), request.params.id),
  );

  app.delete<{ Params: Static<typeof IdParams> }>(
    "/api/segments/:id",
    {
      schema: { tags, summary: "Delete a segment", params: IdParams, response: { 204: Type.Null() } },
      config: aboutOne("segment", manage("segments.delete")),
    },
    async (request, reply) => {
      await removeSegment(ground, request.params.id);
      return reply.code(204).send();
    },
  );

  app.get<{ Params: Static<typeof IdParams>; Querystring: Static<typeof PageQuery> }>(
    "/api/segments/:id/members",
    {
      schema: {
        tags,
        summary: "Members of a segment",
        params: IdParams,
        querystring: PageQuery,
        response: { 200: Page },
      },
      config: aboutOne("segment", read),
    },
    async ({ scope, params, query }) => {
      const { condition } = await ground.store.read(scope, (tx) => oneSegment(tx, ground, params.id));
      return membersOf(ground, scope, condition, Number(query.cursor ?? 0), query.limit ?? 50);
    },
  );
}
