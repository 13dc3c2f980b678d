import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { Instant } from "../../platform/index.ts";
import { listReplies } from "./reply-store.ts";
import { Id, Nullable, read, tags } from "./route-parts.ts";

const LISTED_MAX = 100;
const Query = Type.Object({
  cursor: Type.Optional(Id),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const Reply = Type.Object({
  reply_id: Type.Integer(),
  effect: Type.String({
    description: "withdrawn: consent ended; nobody: no member holds the number; kept: another text",
  }),
  word: Nullable(Type.String({ description: "The word by which consent was withdrawn" })),
  member_ids: Type.Array(Type.Integer()),
  at: Instant,
});

/** What people answered to SMS, without their texts. */
export function replyRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    "/api/messages/replies",
    {
      schema: {
        summary: "Replies to SMS, the newest first: whose consent each one withdrew, and by which word",
        tags,
        querystring: Query,
        response: { 200: Type.Object({ items: Type.Array(Reply), next_cursor: Nullable(Type.Integer()) }) },
      },
      config: read,
    },
    async (request) => {
      const { limit = 50, cursor = null } = request.query;
      const rows = await ground.store.read(request.scope, (tx) => listReplies(tx, request.scope, cursor, limit + 1));
      const items = rows.slice(0, limit).map((row) => ({ ...row, at: row.at.toISOString() }));
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.reply_id ?? null) : null };
    },
  );
}
