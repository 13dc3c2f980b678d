import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, type ActInWords, Day, problem } from "../../platform/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { beginBulk, beginUndo } from "../grants/bulk.ts";
import {
  bulkById,
  type BulkView as BulkRow,
  bulkViews,
  countAudience,
  exceptions,
  setBulk,
} from "../grants/bulk-store.ts";
import { budgets } from "../budgets/budget-view-store.ts";
import { BULK } from "../jobs.ts";
import { POINTS_MAX } from "../ledger/command.ts";
import { todayOf } from "../ledger/ledger.ts";
import { BulkView, KeyHeader, Nullable, tags } from "./route-parts.ts";

const MEMBERS_NAMED_MAX = 5_000;
const SHOWN_MAX = 100;
const read = { access: { permission: "points.read", level: "L2" } } as const;
const adjust = { access: { permission: "points.adjust", level: "L3" } } as const;
const Count = Type.Integer();
const Id = Type.Integer({ minimum: 1 });
const Reason = Type.String({ minLength: 2, maxLength: 400 });

const Audience = Type.Union([
  Type.Object(
    { member_ids: Type.Array(Id, { minItems: 1, maxItems: MEMBERS_NAMED_MAX }) },
    { additionalProperties: false },
  ),
  Type.Object({ segment_id: Id }, { additionalProperties: false }),
]);
const Body = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 100 }),
  audience: Audience,
  points: Type.Integer({ minimum: 1, maximum: POINTS_MAX, description: "Points for each member" }),
  last_day: Type.Optional(Day),
  budget: Type.Optional(Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" })),
  reason: Reason,
});
const BulkId = Type.Object({ bulk_id: Id });
const keyOf = (request: FastifyRequest) => (request.headers as Record<string, string>)["idempotency-key"] ?? "";
const storesOf = ({ scope: { stores } }: FastifyRequest) => (stores === "all" ? null : stores);

async function viewOf(tx: Tx, bulk_id: number): Promise<BulkRow> {
  const [view] = await bulkViews(tx, 1, bulk_id);
  if (view === undefined) throw problem("points.bulk_unknown", { bulk_id });
  return view;
}

/** A grant to many as it is put to a colleague. */
async function grantInWords(request: FastifyRequest): Promise<ActInWords> {
  const { audience, points, reason, name } = request.body as Static<typeof Body>;
  const count = points.toLocaleString("en");
  const whom: readonly [string, string] =
    "segment_id" in audience
      ? [`分群 #${audience.segment_id} 的每位会员`, `each member of segment #${audience.segment_id}`]
      : [`${audience.member_ids.length} 位会员`, `${audience.member_ids.length} members`];
  return {
    reason,
    words: async () => ({
      zh: `「${name}」：给${whom[0]}发 ${count} 积分`,
      en: `“${name}”: ${count} points to ${whom[1]}`,
    }),
  };
}

/** Points for many at once, and taking a wrong one back. */
export function bulkRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Body> }>(
    "/api/points/grants",
    {
      schema: {
        summary: "Give points to members or to a segment: a job; the same key again is the same grant",
        tags,
        headers: KeyHeader,
        body: Body,
        response: { 202: BulkView },
      },
      config: { access: { ...adjust.access, approval: grantInWords } },
    },
    async (request, reply) => {
      const { name, audience, points, last_day = null, budget = null, reason } = request.body;
      const person_id = request.person?.person_id ?? null;
      const segment_id = "segment_id" in audience ? audience.segment_id : null;
      const now = ground.clock.now();
      const rest = { key: keyOf(request), name, budget, segment_id, reason, person_id, now };
      const view = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const { bulk, fresh } = await beginBulk(tx, { ...rest, audience, points, last_day, stores: storesOf(request) });
        if (fresh) await startBulk(tx, ground, bulk.bulk_id, person_id);
        await request.settle(tx, { bulk_id: bulk.bulk_id });
        return viewOf(tx, bulk.bulk_id);
      });
      Object.assign(request.audit_subject, { bulk_id: view.bulk_id, members: view.members });
      return reply.code(202).send(view);
    },
  );
  previewRoute(app, ground);
  undoRoute(app, ground);
  listRoutes(app, ground);
}

const PreviewBody = Type.Object({ audience: Audience, points: Body.properties.points, budget: Body.properties.budget });

function previewRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof PreviewBody> }>(
    "/api/points/grants/preview",
    {
      schema: {
        summary: "What a grant would come to: members within one's stores, points in all, and what its budget has left",
        tags,
        body: PreviewBody,
        response: {
          200: Type.Object({
            members: Count,
            outside: Type.Integer({ description: "Members who are meant but are of other stores" }),
            points: Count,
            budget_left: Nullable(
              Type.Integer({ description: "Within what was put in and the limits of today's periods; null: no end" }),
            ),
            fits: Type.Boolean({ description: "Whether the budget suffices; true without one" }),
          }),
        },
      },
      config: { access: { ...adjust.access, level: "L2" } },
    },
    async (request) => {
      const { audience, points, budget } = request.body;
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const { members, meant } = await countAudience(tx, audience, storesOf(request));
        const known = budget === undefined ? [] : await budgets(tx, todayOf(ground));
        const paying = known.find((one) => one.budget === budget);
        if (budget !== undefined && paying === undefined) throw problem("points.budget_unknown", { budget });
        const budget_left = paying?.left ?? null;
        const total = members * points;
        return {
          members,
          outside: meant - members,
          points: total,
          budget_left,
          fits: budget_left === null || total <= budget_left,
        };
      });
    },
  );
}

async function startBulk(tx: Tx, ground: Ground, bulk_id: number, person_id: number | null): Promise<void> {
  const bulk = await bulkById(tx, bulk_id);
  const job_id = await startJob(tx, ground, BULK, { bulk_id }, { person_id, key: `bulk ${bulk_id}` });
  await setBulk(tx, bulk_id, { state: bulk?.state ?? "running", job_id });
}

function undoRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof BulkId>; Body: { spent: "leave" | "debt"; reason: string } }>(
    "/api/points/grants/:bulk_id/undo",
    {
      schema: {
        summary: "Take a wrong grant back; what was spent stays spent and is listed, or becomes a debt",
        tags,
        params: BulkId,
        body: Type.Object({ spent: Type.Union([Type.Literal("leave"), Type.Literal("debt")]), reason: Reason }),
        response: { 202: BulkView },
      },
      config: aboutOne("points_bulk", {
        access: {
          ...adjust.access,
          approval: async (request: FastifyRequest) => {
            const { bulk_id } = request.params as Static<typeof BulkId>;
            const { name } = await ground.store.read(SYSTEM_SCOPE, (tx) => viewOf(tx, bulk_id));
            return {
              reason: (request.body as { reason: string }).reason,
              words: async () => ({ zh: `撤销批量发放「${name}」`, en: `Undo the bulk grant “${name}”` }),
            };
          },
        },
      }),
    },
    async (request, reply) => {
      const { bulk_id } = request.params;
      const view = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await beginUndo(tx, bulk_id, request.body.spent);
        await startBulk(tx, ground, bulk_id, request.person?.person_id ?? null);
        await request.settle(tx, { bulk_id });
        return viewOf(tx, bulk_id);
      });
      Object.assign(request.audit_subject, { bulk_id });
      return reply.code(202).send(view);
    },
  );
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/points/grants",
    {
      schema: {
        summary: "Grants to many, newest first, with how far each has come",
        tags,
        response: { 200: Type.Object({ items: Type.Array(BulkView) }) },
      },
      config: read,
    },
    async () => ({ items: await ground.store.read(SYSTEM_SCOPE, (tx) => bulkViews(tx, SHOWN_MAX)) }),
  );
  app.get<{ Params: Static<typeof BulkId>; Querystring: { after?: number } }>(
    "/api/points/grants/:bulk_id",
    {
      schema: {
        summary: "One grant to many, with members for whom it is not as asked: refused, or spent before it was undone",
        tags,
        params: BulkId,
        querystring: Type.Object({ after: Type.Optional(Type.Integer({ minimum: 0 })) }),
        response: {
          200: Type.Object({
            bulk: BulkView,
            exceptions: Type.Array(
              Type.Object({
                owner: Count,
                points: Count,
                state: Type.String(),
                refused: Nullable(Type.String()),
                taken: Count,
                spent: Count,
              }),
            ),
          }),
        },
      },
      config: aboutOne("points_bulk", read),
    },
    async ({ params: { bulk_id }, query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        bulk: await viewOf(tx, bulk_id),
        exceptions: await exceptions(tx, bulk_id, { after: query.after ?? 0, limit: SHOWN_MAX }),
      })),
  );
}
