import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { explainMember } from "./explain.ts";
import { OVERLAP_MAX } from "./limits.ts";
import { overlapOf } from "./overlap.ts";
import { Condition, Group, hungUp, Nullable, read, tags } from "./route-parts.ts";
import { conditionOf } from "./segments.ts";

const OverlapBody = Type.Object({ groups: Type.Array(Group, { minItems: 1, maxItems: OVERLAP_MAX }) });
const OverlapView = Type.Object({
  engine: Type.String(),
  as_of: Type.String(),
  total: Type.Integer(),
  sets: Type.Array(
    Type.Object({
      name: Type.String(),
      zh: Type.String(),
      en: Type.String(),
      segment_id: Nullable(Type.Integer()),
      count: Type.Integer(),
    }),
  ),
  regions: Type.Array(
    Type.Object({ in: Type.Array(Type.Integer()), count: Type.Integer(), condition: Type.Unknown() }),
  ),
  pairs: Type.Array(
    Type.Object({
      a: Type.Integer(),
      b: Type.Integer(),
      both: Type.Integer(),
      either: Type.Integer(),
      jaccard_bp: Nullable(Type.Integer()),
    }),
  ),
});

const ExplainBody = Type.Object({
  segment_id: Type.Optional(Type.Integer({ minimum: 1 })),
  condition: Type.Optional(Condition),
  member_id: Type.Integer({ minimum: 1 }),
});
const ExplainView = Type.Object({
  member_id: Type.Integer(),
  holds: Type.Boolean(),
  business_day: Type.String(),
  as_of: Type.String(),
  /** A part holds its parts: path, kind, holds, zh, en, actual, parts. */
  root: Type.Unknown(),
});

/** Questions about groups of members: how they overlap, why somebody is in it. */
export function analysisRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof OverlapBody> }>(
    "/api/segments/overlap",
    {
      schema: { tags, summary: "Sizes of all intersections", body: OverlapBody, response: { 200: OverlapView } },
      config: read,
    },
    async (request) => overlapOf(ground, request.scope, request.body.groups, hungUp(request)),
  );

  app.post<{ Body: Static<typeof ExplainBody> }>(
    "/api/segments/explain",
    {
      schema: { tags, summary: "Why a member is in or not", body: ExplainBody, response: { 200: ExplainView } },
      config: read,
    },
    async ({ scope, body }) => explainMember(ground, scope, await conditionOf(ground, scope, body), body.member_id),
  );
}
