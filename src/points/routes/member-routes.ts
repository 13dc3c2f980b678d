import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { memberIdAt } from "../../members/index.ts";
import { aboutOne, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { memberHistory, memberPoints } from "../reports/member-points.ts";
import { batchOf, linesFor, linesOfLot, lotById, movesOfLot } from "../reports/wallet-store.ts";
import { HistoryPage, LedgerLine, LotView, Nullable, PointsView, tags } from "./route-parts.ts";

const LINES_MAX = 500;
const Member = Type.Object({ member_id: Type.Integer({ minimum: 1 }) });
const seen = { access: { permission: "members.read", level: "L3", enter: "L2" } } as const;
const read = { access: { permission: "points.read", level: "L2" } } as const;
const Page = Type.Object({
  before: Type.Optional(Type.Integer({ minimum: 1 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});

/** From a balance to its lots, to their movements, to the order behind them, and back. */
export function memberRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof Member> }>(
    "/api/members/:member_id/points",
    {
      schema: {
        summary: "A member's points: balance, every lot with its expiry, what is pending and until when",
        tags,
        params: Member,
        response: { 200: PointsView },
      },
      config: aboutOne("member", seen),
    },
    async ({ params, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      return ground.store.read(SYSTEM_SCOPE, (tx) => memberPoints(tx, ground, member_id));
    },
  );
  app.get<{ Params: Static<typeof Member>; Querystring: Static<typeof Page> }>(
    "/api/members/:member_id/points/history",
    {
      schema: {
        summary: "Movements of a member's points with their reasons, newest first",
        tags,
        params: Member,
        querystring: Page,
        response: { 200: HistoryPage },
      },
      config: aboutOne("member", seen),
    },
    async ({ params, query, scope }) => {
      const member_id = await ground.store.read(scope, (tx) => memberIdAt(tx, params.member_id));
      return ground.store.read(SYSTEM_SCOPE, (tx) =>
        memberHistory(tx, member_id, { before: query.before, limit: query.limit ?? 50 }),
      );
    },
  );
  explorerRoutes(app, ground);
}

function explorerRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: { lot_id: number } }>(
    "/api/points/lots/:lot_id",
    {
      schema: {
        summary:
          "A lot: where each of its points is now, every movement, every moving of its last day, and the batch that made it",
        tags,
        params: Type.Object({ lot_id: Type.Integer({ minimum: 1 }) }),
        response: { 200: LotView },
      },
      config: aboutOne("points_lot", read),
    },
    async ({ params }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const lot = await lotById(tx, params.lot_id);
        if (lot === undefined) throw problem("points.lot_not_found", { lot_id: params.lot_id });
        const lines = await linesOfLot(tx, lot, LINES_MAX);
        const [first] = lines;
        const batch = first === undefined ? null : ((await batchOf(tx, first.batch_id)) ?? null);
        return { lot, lines, moves: await movesOfLot(tx, lot, LINES_MAX), batch };
      }),
  );
  app.get<{ Querystring: { reference: string } }>(
    "/api/points/transfers",
    {
      schema: {
        summary: "Every movement for a reference: an order under a rule, a redemption, a grant",
        tags,
        querystring: Type.Object({ reference: Type.String({ minLength: 1, maxLength: 300 }) }),
        response: { 200: Type.Object({ items: Type.Array(LedgerLine), rule: Nullable(Type.String()) }) },
      },
      config: read,
    },
    async ({ query: { reference } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        items: await linesFor(tx, reference, LINES_MAX),
        rule: /^(?:order|event):[^:]+:([^:]+):\d+$/.exec(reference)?.[1] ?? null,
      })),
  );
}
