import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/errors.ts";
import { aboutOne, unapproved } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { beginReview, judge, reviewsOf, sign } from "./people-review.ts";
import { type LineRow, linesOf, VERDICTS } from "./people-review-store.ts";
import { reviewWorkbook } from "./people-review-workbook.ts";
import { requireStrong } from "./rights.ts";

const tags = ["access"];
const strict = { additionalProperties: false };
const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([Type.Null(), schema]);
const Text = orNull(Type.String());
const VerdictSchema = Type.Union(VERDICTS.map((verdict) => Type.Literal(verdict)));
const Reviews = Type.Object({
  items: Type.Array(
    Type.Object({
      review_id: Type.Integer(),
      made_by: Type.String(),
      made_at: Type.String(),
      signed_by: Text,
      signed_at: Text,
      lines: Type.Integer(),
      judged: Type.Integer(),
      to_do: Type.Integer(),
      undone: Type.Integer(),
    }),
  ),
  due_at: Type.String(),
  overdue: Type.Boolean(),
});
const Lines = Type.Object({
  lines: Type.Array(
    Type.Object({
      line: Type.Integer(),
      person_id: orNull(Type.Integer()),
      client_id: orNull(Type.Integer()),
      name: Type.String(),
      role: Type.String(),
      permissions: Type.Array(Type.String()),
      stores: orNull(Type.Array(Type.String())),
      disabled: Type.Boolean(),
      last_seen_at: Text,
      idle: Type.Boolean(),
      has_factor: orNull(Type.Boolean()),
      changed: Type.Boolean(),
      expires_at: Text,
      verdict: orNull(Type.String()),
      reason: Text,
      judge: Text,
      judged_at: Text,
      owner: Text,
      /** Nobody judges what is their own. */
      own: Type.Boolean(),
      /** Whether what was decided has been done by now; null where nothing is to be done. */
      done: orNull(Type.Boolean()),
    }),
  ),
});
const Id = Type.Object({ review_id: Type.Integer() });
const LineId = Type.Object({ review_id: Type.Integer(), line: Type.Integer({ minimum: 1 }) });
const Judged = Type.Object(
  { verdict: VerdictSchema, reason: Type.Optional(Type.String({ minLength: 2, maxLength: 300 })) },
  strict,
);
const WorkbookQuery = Type.Object({
  language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])),
});

const manage = { access: { permission: "people.manage", level: "L2" } } as const;
const act = (audit: string) => ({ access: { permission: "people.manage", level: "L2", audit } }) as const;

function actorOf(ground: Ground, request: FastifyRequest): number {
  if (request.signed_in === undefined) throw problem("access.not_signed_in");
  requireStrong(ground, request.signed_in, "people.manage");
  return request.signed_in.person.person_id;
}

function lineView(line: LineRow, reader: number | undefined): Static<typeof Lines>["lines"][number] {
  const { facts, judged_at, owner_id, ...row } = line;
  return {
    ...row,
    own: reader !== undefined && (row.person_id === reader || owner_id === reader),
    ...facts,
    permissions: [...facts.permissions],
    stores: facts.stores === null ? null : [...facts.stores],
    judged_at: judged_at?.toISOString() ?? null,
  };
}

/** Reviews of who has access to what. */
export function reviewRoutes(app: FastifyInstance, ground: Ground): void {
  readRoutes(app, ground);
  judgeRoutes(app, ground);
}

function readRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/access-reviews",
    { schema: { summary: "Access reviews, newest first", tags, response: { 200: Reviews } }, config: manage },
    async () => {
      const { items, due_at, overdue } = await reviewsOf(ground);
      return {
        items: items.map((row) => ({
          ...row,
          made_at: row.made_at.toISOString(),
          signed_at: row.signed_at?.toISOString() ?? null,
        })),
        due_at: due_at.toISOString(),
        overdue,
      };
    },
  );
  app.get<{ Params: Static<typeof Id> }>(
    "/api/access-reviews/:review_id",
    {
      schema: { summary: "The lines of a review", tags, params: Id, response: { 200: Lines } },
      config: aboutOne("access_review", manage),
    },
    async (request) => {
      const lines = await ground.store.read(SYSTEM_SCOPE, (tx) => linesOf(tx, request.params.review_id));
      if (lines.length === 0) throw problem("access.review_not_found");
      const reader = request.person?.person_id;
      return { lines: lines.map((line) => lineView(line, reader)) };
    },
  );
  app.get<{ Params: Static<typeof Id>; Querystring: Static<typeof WorkbookQuery> }>(
    "/api/access-reviews/:review_id/review.xlsx",
    {
      schema: { summary: "A review as a workbook", tags, params: Id, querystring: WorkbookQuery },
      config: unapproved("accounts of colleagues, no members", aboutOne("access_review", act("access.review_export"))),
    },
    async (request, reply) => {
      const lines = await ground.store.read(SYSTEM_SCOPE, (tx) => linesOf(tx, request.params.review_id));
      if (lines.length === 0) throw problem("access.review_not_found");
      return reply
        .type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .header("content-disposition", `attachment; filename="access-review-${request.params.review_id}.xlsx"`)
        .send(await reviewWorkbook(lines, request.query.language ?? "zh"));
    },
  );
}

function judgeRoutes(app: FastifyInstance, ground: Ground): void {
  app.post(
    "/api/access-reviews",
    {
      schema: {
        summary: "Begin a review: a line for each account and program in use",
        tags,
        response: { 201: Id },
      },
      config: act("access.review_begin"),
    },
    async (request, reply) => {
      const review_id = await beginReview(ground, actorOf(ground, request));
      request.audit_subject["review_id"] = review_id;
      return reply.code(201).send({ review_id });
    },
  );
  app.put<{ Params: Static<typeof LineId>; Body: Static<typeof Judged> }>(
    "/api/access-reviews/:review_id/lines/:line",
    {
      schema: {
        summary: "Say of one line whether the access stays",
        tags,
        params: LineId,
        body: Judged,
        response: { 204: Type.Null() },
      },
      config: aboutOne("access_review", act("access.review_judge")),
    },
    async (request, reply) => {
      const { verdict, reason = null } = request.body;
      Object.assign(request.audit_subject, { verdict, reason });
      await judge(ground, actorOf(ground, request), request.params, verdict, reason);
      return reply.code(204).send();
    },
  );
  app.post<{ Params: Static<typeof Id> }>(
    "/api/access-reviews/:review_id/sign",
    {
      schema: {
        summary: "Sign a review off, once every line is judged",
        tags,
        params: Id,
        response: { 204: Type.Null() },
      },
      config: aboutOne("access_review", act("access.review_sign")),
    },
    async (request, reply) => {
      await sign(ground, actorOf(ground, request), request.params.review_id);
      return reply.code(204).send();
    },
  );
}
