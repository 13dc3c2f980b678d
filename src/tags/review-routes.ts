import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, problem } from "../platform/index.ts";
import type { TagBook } from "./book.ts";
import { accuracies, drawReview, judge, reviewDetail, type Reviewer } from "./review.ts";
import { followSwitches } from "./switch-store.ts";

const tags = ["tags"];
const review = { access: { permission: "tags.review", level: "L3" } } as const;
const Nullable = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Closed = { additionalProperties: false } as const;
const KeyParams = Type.Object({ key: Type.String({ maxLength: 60 }) });
const IdParams = Type.Object({ id: Type.Integer({ minimum: 1 }) });
const ItemParams = Type.Object({ id: Type.Integer({ minimum: 1 }), place: Type.Integer({ minimum: 1 }) });
const DrawBody = Type.Object({ seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })) }, Closed);
const VerdictBody = Type.Object(
  { verdict: Nullable(Type.Union(["right", "wrong", "unknown"].map((verdict) => Type.Literal(verdict)))) },
  Closed,
);
const Figures = {
  sampled: Type.Integer(),
  judged: Type.Integer(),
  right: Type.Integer(),
  right_bp: Nullable(Type.Integer()),
  lower_bp: Nullable(Type.Integer()),
};
const Accuracies = Type.Object({
  passed: Type.Integer(),
  tags: Type.Integer(),
  pass_bp: Type.Integer(),
  issued_coverage_bp: Type.Integer(),
  items: Type.Array(
    Type.Object({
      key: Type.String(),
      zh: Type.String(),
      en: Type.String(),
      state: Type.String(),
      review_id: Nullable(Type.Integer()),
      outdated: Type.Boolean(),
      coverage_bp: Nullable(Type.Integer()),
      reviewed_at: Nullable(Type.String()),
      ...Figures,
    }),
  ),
});
const SEEDS = 2_147_483_648;

function reviewerOf(request: FastifyRequest): Reviewer {
  return { person_id: request.person?.person_id ?? null, name: request.person?.name ?? null };
}

/** Sampling review: how right issued values are, judged by people. */
export function reviewRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  app.get(
    "/api/tags/reviews",
    {
      schema: { tags, summary: "Accuracy of every tag by its review", response: { 200: Accuracies } },
      config: { access: { permission: "tags.read", level: "L2" } },
    },
    async (request) =>
      ground.store.read(request.scope, async (tx) => {
        await followSwitches(tx, book);
        return accuracies(tx, book);
      }),
  );

  app.get<{ Params: Static<typeof IdParams> }>(
    "/api/tags/reviews/:id",
    {
      schema: { tags, summary: "One review with its items", params: IdParams },
      config: aboutOne("tag_review", review),
    },
    async ({ scope, params }) =>
      ground.store.read(scope, async (tx) => {
        await followSwitches(tx, book);
        return reviewDetail(tx, ground, book, scope, params.id);
      }),
  );

  actRoutes(app, ground, book);
}

function actRoutes(app: FastifyInstance, ground: Ground, book: TagBook): void {
  app.post<{ Params: Static<typeof KeyParams>; Body: Static<typeof DrawBody> }>(
    "/api/tags/:key/reviews",
    {
      schema: {
        tags,
        summary: "Draw a stratified sample of issued values to judge",
        params: KeyParams,
        body: DrawBody,
        response: { 201: Type.Object({ review_id: Type.Integer() }) },
      },
      config: aboutOne("tag", { access: { permission: "tags.review", level: "L3", audit: "tags.review_draw" } }),
    },
    async (request, reply) => {
      const { key } = request.params;
      const seed = request.body.seed ?? ground.clock.now().getTime() % SEEDS;
      const review_id = await ground.store.write(request.scope, async (tx) => {
        await followSwitches(tx, book);
        const tag = book.get(key);
        if (tag === undefined) throw problem("tags.not_found", { key });
        return drawReview(tx, ground, tag, book, reviewerOf(request), seed);
      });
      Object.assign(request.audit_subject, { key, review_id, seed });
      return reply.code(201).send({ review_id });
    },
  );

  app.put<{ Params: Static<typeof ItemParams>; Body: Static<typeof VerdictBody> }>(
    "/api/tags/reviews/:id/items/:place",
    {
      schema: {
        tags,
        summary: "Judge one value: right, wrong, cannot tell, or null to take it back",
        params: ItemParams,
        body: VerdictBody,
        response: { 200: Type.Object(Figures) },
      },
      config: aboutOne("tag_review", {
        access: { permission: "tags.review", level: "L3", audit: "tags.review_judge" },
      }),
    },
    async (request) => {
      const { id, place } = request.params;
      const verdict = request.body.verdict as "right" | "wrong" | "unknown" | null;
      Object.assign(request.audit_subject, { review_id: id, place, verdict });
      return ground.store.write(request.scope, (tx) =>
        judge(tx, ground, request.scope, id, place, verdict, reviewerOf(request)),
      );
    },
  );
}
