import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../../access/index.ts";
import type { Ground } from "../../ground.ts";
import { memberRowsById } from "../../members/index.ts";
import { Instant, problem } from "../../platform/index.ts";
import { openReplyText } from "./replies.ts";
import { type ListedReply, listReplies, markAnswered } from "./reply-store.ts";
import { byOf, closed, Id, iso, manage, nothing, Nullable, tags } from "./route-parts.ts";

const LISTED_MAX = 100;
/** Names are masked, and texts stay sealed, unless the matrix gives L3 in clear. */
const list = { access: { permission: "channels.read", level: "L3", enter: "L2" } } as const;

const Query = Type.Object({
  effect: Type.Optional(
    Type.Union([Type.Literal("withdrawn"), Type.Literal("nobody"), Type.Literal("kept"), Type.Literal("open")], {
      description: "open: another text that nobody has answered yet",
    }),
  ),
  member_id: Type.Optional(Id),
  phone: Type.Optional(Type.String({ minLength: 5, maxLength: 30, description: "The whole number that answered" })),
  cursor: Type.Optional(Id),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const Reply = Type.Object({
  reply_id: Type.Integer(),
  effect: Type.String({
    description: "withdrawn: consent ended; nobody: no member holds the number; kept: another text",
  }),
  word: Nullable(Type.String({ description: "The word by which consent was withdrawn" })),
  text: Nullable(Type.String({ description: "Another text; null where values may be seen only masked" })),
  member_ids: Type.Array(Type.Integer()),
  members: Type.Array(
    Type.Object({
      member_id: Type.Integer(),
      name_masked: Nullable(Type.String()),
      phone_masked: Nullable(Type.String()),
    }),
  ),
  at: Instant,
  answered_at: Nullable(Instant),
  answered_by_name: Nullable(Type.String()),
});
const Answered = Type.Object({ reply_id: Id, answered: Type.Boolean() }, closed);

/** What people answered to SMS, and whether a colleague has answered them. */
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
      config: list,
    },
    (request) => listed(ground, request),
  );
  app.put<{ Body: Static<typeof Answered> }>(
    "/api/messages/replies/answered",
    {
      schema: {
        summary: "Note that somebody was answered, or was not; nothing is sent",
        tags,
        body: Answered,
        response: nothing,
      },
      config: manage,
    },
    async (request, reply) => {
      const { reply_id, answered } = request.body;
      Object.assign(request.audit_subject, { reply_id, answered });
      const { person_id, now } = byOf(ground, request);
      const note = answered ? { at: now, by: person_id } : null;
      const found = await ground.store.write(request.scope, (tx) => markAnswered(tx, request.scope, reply_id, note));
      if (!found) throw problem("channels.reply_not_open", { reply_id });
      return reply.code(204).send();
    },
  );
}

async function listed(ground: Ground, { query, scope }: FastifyRequest<{ Querystring: Static<typeof Query> }>) {
  const { limit = 50, cursor = null, phone, effect, member_id } = query;
  const filter = { effect, member_id, sender_token: phone === undefined ? undefined : senderToken(ground, phone) };
  return ground.store.read(scope, async (tx) => {
    const rows = await listReplies(tx, scope, filter, { before: cursor, limit: limit + 1 });
    const shown = rows.slice(0, limit);
    const rowsOf = await memberRowsById(tx, ground, [...new Set(shown.flatMap((row) => row.member_ids))]);
    const members = new Map(rowsOf.map((one) => [one.member_id, one]));
    const names = await staffNames(tx, [...new Set(shown.map(({ answered_by }) => answered_by))]);
    const items = await Promise.all(
      shown.map(async ({ text_sealed, answered_by, ...row }: ListedReply) => ({
        ...row,
        text: scope.personal === "clear" && text_sealed !== null ? await openReplyText(ground, text_sealed) : null,
        members: row.member_ids.map((number) => ({
          member_id: number,
          name_masked: members.get(number)?.name_masked ?? null,
          phone_masked: members.get(number)?.phone_masked ?? null,
        })),
        at: row.at.toISOString(),
        answered_at: iso(row.answered_at),
        answered_by_name: names.get(answered_by ?? 0) ?? null,
      })),
    );
    return { items, next_cursor: rows.length > limit ? (items.at(-1)?.reply_id ?? null) : null };
  });
}

/** @throws channels.reply_phone */
function senderToken({ vault }: Ground, phone: string): string {
  const read = vault.normalise("phone", phone);
  if (!("value" in read)) throw problem("channels.reply_phone");
  return vault.token("phone", read.value);
}
