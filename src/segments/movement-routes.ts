import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { aboutOne, addDays, Day } from "../platform/index.ts";
import type { Scope } from "../store/index.ts";
import { todayOf } from "./count.ts";
import { MOVEMENT_KEPT_DAYS, PAGE_MAX } from "./limits.ts";
import { movementDays, movementPage } from "./movement-store.ts";
import { IdParams, Nullable, read, tags } from "./route-parts.ts";
import { existing } from "./segment-store.ts";

const DaysQuery = Type.Object({
  days: Type.Optional(Type.Integer({ minimum: 1, maximum: MOVEMENT_KEPT_DAYS })),
});
const DaysView = Type.Object({
  kept_days: Type.Integer(),
  items: Type.Array(
    Type.Object({
      business_day: Type.String(),
      entered: Type.Integer(),
      left: Type.Integer(),
      filled: Type.Integer(),
    }),
  ),
});
const ListQuery = Type.Object({
  direction: Type.Optional(Type.Union([Type.Literal("entered"), Type.Literal("left")])),
  day: Type.Optional(Day),
  cursor: Type.Optional(Type.String({ pattern: "^[0-9]{1,16}$" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
});
const ListView = Type.Object({
  items: Type.Array(
    Type.Object({
      movement_id: Type.Integer(),
      direction: Type.String(),
      cause: Type.String(),
      at: Type.String(),
      /** Masked, as in every list; null when there is no such member any more or outside one's stores. */
      member: Type.Unknown(),
    }),
  ),
  next_cursor: Nullable(Type.String()),
});

/** Who came and went. */
export function movementRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof IdParams>; Querystring: Static<typeof DaysQuery> }>(
    "/api/segments/:id/movement-days",
    {
      schema: {
        tags,
        summary: "How many entered and left by day",
        params: IdParams,
        querystring: DaysQuery,
        response: { 200: DaysView },
      },
      config: aboutOne("segment", read),
    },
    async ({ scope, params, query }) => ({
      kept_days: MOVEMENT_KEPT_DAYS,
      items: await ground.store.read(scope, async (tx) => {
        await existing(tx, params.id);
        return movementDays(tx, params.id, addDays(todayOf(ground), 1 - (query.days ?? 30)), scope.stores);
      }),
    }),
  );

  app.get<{ Params: Static<typeof IdParams>; Querystring: Static<typeof ListQuery> }>(
    "/api/segments/:id/movements",
    {
      schema: {
        tags,
        summary: "Who entered and left, the newest first",
        params: IdParams,
        querystring: ListQuery,
        response: { 200: ListView },
      },
      config: aboutOne("segment", read),
    },
    async ({ scope, params, query }) => movements(ground, scope, params.id, query),
  );
}

async function movements(ground: Ground, scope: Scope, segment_id: number, query: Static<typeof ListQuery>) {
  const limit = query.limit ?? 50;
  return ground.store.read(scope, async (tx) => {
    await existing(tx, segment_id);
    const rows = await movementPage(tx, segment_id, {
      direction: query.direction,
      day: query.day,
      before: query.cursor === undefined ? undefined : Number(query.cursor),
      stores: scope.stores,
      limit: limit + 1,
    });
    const page = rows.slice(0, limit);
    const ids = page.map((row) => row.member_id);
    const members = new Map((await memberRowsById(tx, ground, ids)).map((member) => [member.member_id, member]));
    return {
      items: page.map(({ movement_id, member_id, direction, cause, at }) => ({
        movement_id,
        direction,
        cause,
        at: at.toISOString(),
        member: members.get(member_id) ?? null,
      })),
      next_cursor: rows.length > limit ? String(page.at(-1)?.movement_id ?? "") : null,
    };
  });
}
