import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, businessDay, Day, Instant, problem } from "../../platform/index.ts";
import { setSetting, SYSTEM_SCOPE } from "../../store/index.ts";
import { Basket, checkBasket, COUPONS_ASKED_MAX, momentOf } from "./basket.ts";
import { batchesOfCoupon } from "./batch-store.ts";
import { evaluateBasket } from "./calculate.ts";
import { couponFigures, couponVersions, listCoupons, setCouponState } from "./coupon-store.ts";
import { couponNamed, publishCoupon, requireSound, saveCoupon } from "./coupons.ts";
import { CouponDefinition } from "./definition.ts";
import { couponProblems } from "./definition-lint.ts";
import { CouponParams, manage, Nullable, read, tags } from "./route-parts.ts";
import { couponSentences } from "./sentence.ts";
import { Evaluated } from "./till-answers.ts";
import { STACKING_SETTING, stackingRules } from "./wallet.ts";

const LISTED_MAX = 200;
const BATCHES_SHOWN_MAX = 200;

const Problems = Type.Array(
  Type.Object({ path: Type.String(), code: Type.String(), zh: Type.String(), en: Type.String() }),
);
const Count = Type.Integer();
const Figures = Type.Object({
  key: Type.String(),
  state: Type.String(),
  definition: Type.Unknown(),
  zh: Type.String({ description: "The coupon in one sentence" }),
  en: Type.String(),
  version: Nullable(Type.Integer()),
  draft: Nullable(Type.Integer()),
  batches: Count,
  issued: Count,
  held: Count,
  redeemed: Count,
  codes_issued: Count,
  codes_redeemed: Count,
  expired: Count,
  spent_minor: Count,
  budget_minor: Nullable(Type.Integer()),
  spent_of_budget_minor: Count,
});
const Stacking = Type.Object(
  {
    coupons_max: Type.Integer({ minimum: 1, maximum: COUPONS_ASKED_MAX }),
    floor_percent: Type.Integer({ minimum: 0, maximum: 100 }),
  },
  { additionalProperties: false },
);
const Trying = Type.Object({
  coupons: Type.Array(CouponDefinition, { minItems: 1, maxItems: COUPONS_ASKED_MAX }),
  basket: Basket,
  member: Nullable(
    Type.Object({
      tier: Nullable(Type.String({ maxLength: 40 })),
      segments: Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 500 }),
    }),
  ),
  at: Type.Optional(Instant),
});

const figuresOf = <Row extends { readonly definition: CouponDefinition }>(row: Row) => ({
  ...row,
  ...couponSentences(row.definition),
});

/** Coupons as definitions: drafts, published versions, how they are used, and what they would do to a basket. */
export function couponRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: { cursor?: string; limit?: number } }>(
    "/api/coupons",
    {
      schema: {
        summary: "All coupons with how they are used",
        tags,
        querystring: Type.Object({
          cursor: Type.Optional(Type.String({ maxLength: 40 })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
        }),
        response: { 200: Type.Object({ items: Type.Array(Figures), next_cursor: Nullable(Type.String()) }) },
      },
      config: read,
    },
    async ({ query: { cursor = "", limit = LISTED_MAX } }) => {
      const rows = await ground.store.read(SYSTEM_SCOPE, (tx) => listCoupons(tx, cursor, limit + 1));
      const page = rows.slice(0, limit);
      return { items: page.map(figuresOf), next_cursor: rows.length > limit ? (page.at(-1)?.key ?? null) : null };
    },
  );
  app.get<{ Params: Static<typeof CouponParams> }>(
    "/api/coupons/:coupon",
    {
      schema: {
        summary: "One coupon with its versions, the newest first, and its batches",
        tags,
        params: CouponParams,
        response: {
          200: Type.Object({
            coupon: Figures,
            versions: Type.Array(Type.Unknown()),
            batches: Type.Array(Type.Unknown()),
            problems: Problems,
          }),
        },
      },
      config: aboutOne("coupon", read),
    },
    async ({ params }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const { coupon_id } = await couponNamed(tx, params.coupon);
        const figures = await couponFigures(tx, coupon_id);
        if (figures === undefined) throw problem("benefits.coupon_unknown", params);
        const versions = await couponVersions(tx, coupon_id);
        const draft = versions.find((row) => row.published_at === null);
        return {
          coupon: figuresOf(figures),
          versions: versions.map(figuresOf),
          batches: await batchesOfCoupon(tx, coupon_id, BATCHES_SHOWN_MAX),
          problems: draft === undefined ? [] : couponProblems(draft.definition),
        };
      }),
  );
  changingRoutes(app, ground);
  tryRoutes(app, ground);
  stackingRoutes(app, ground);
}

function changingRoutes(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof CouponParams>; Body: CouponDefinition }>(
    "/api/coupons/:coupon/draft",
    {
      schema: {
        summary: "Save a coupon as a draft; the published version stays in force",
        tags,
        params: CouponParams,
        body: CouponDefinition,
        response: { 200: Type.Object({ coupon: Type.String(), version: Type.Integer(), problems: Problems }) },
      },
      config: aboutOne("coupon", manage),
    },
    async (request) => {
      const { coupon } = request.params;
      const { key } = request.body;
      if (key !== coupon) throw problem("benefits.coupon_key_differs", { key, coupon });
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        saveCoupon(tx, request.body, { origin: "console", person_id, now: ground.clock.now() }),
      );
      Object.assign(request.audit_subject, { coupon, version });
      return { coupon, version, problems: couponProblems(request.body) };
    },
  );
  app.post<{ Params: Static<typeof CouponParams>; Body: { first_day?: string; last_day: string | null } }>(
    "/api/coupons/:coupon/publish",
    {
      schema: {
        summary:
          "Put the draft into force from a day on: new batches are of it, what has been issued keeps its version",
        tags,
        params: CouponParams,
        body: Type.Object({ first_day: Type.Optional(Day), last_day: Nullable(Day) }),
        response: { 200: Type.Object({ coupon: Type.String(), version: Type.Integer() }) },
      },
      config: aboutOne("coupon", manage),
    },
    async (request) => {
      const { coupon } = request.params;
      const now = ground.clock.now();
      const { first_day = businessDay(now, ground.config.timezone), last_day } = request.body;
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        publishCoupon(tx, ground, coupon, { person_id, now, first_day, last_day }),
      );
      Object.assign(request.audit_subject, { coupon, version });
      return { coupon, version };
    },
  );
  stateRoute(app, ground);
}

function stateRoute(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof CouponParams>; Body: { state: "live" | "withdrawn"; reason: string } }>(
    "/api/coupons/:coupon/state",
    {
      schema: {
        summary: "Withdraw a coupon, so that none of it can be used, or bring it back",
        tags,
        params: CouponParams,
        body: Type.Object({
          state: Type.Union([Type.Literal("live"), Type.Literal("withdrawn")]),
          reason: Type.String({ minLength: 2, maxLength: 400 }),
        }),
        response: { 200: Type.Object({ coupon: Type.String(), state: Type.String() }) },
      },
      config: aboutOne("coupon", manage),
    },
    async (request) => {
      const { coupon } = request.params;
      const { state, reason } = request.body;
      await ground.store.write(SYSTEM_SCOPE, async (tx) =>
        setCouponState(tx, (await couponNamed(tx, coupon)).coupon_id, state),
      );
      Object.assign(request.audit_subject, { coupon, state, reason });
      return { coupon, state };
    },
  );
}

function tryRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: CouponDefinition }>(
    "/api/coupons/check",
    {
      schema: {
        summary: "Says a coupon in a sentence, and what stands in the way of publishing it",
        tags,
        body: CouponDefinition,
        response: { 200: Type.Object({ zh: Type.String(), en: Type.String(), problems: Problems }) },
      },
      config: read,
    },
    async ({ body }) => ({ ...couponSentences(body), problems: couponProblems(body) }),
  );
  app.post<{ Body: Static<typeof Trying> }>(
    "/api/coupons/try",
    {
      schema: {
        summary: "What coupons that may not exist yet would do to a made-up basket, and why",
        tags,
        body: Trying,
        response: { 200: Evaluated },
      },
      config: read,
    },
    async ({ body: { basket, coupons, member, at } }) => {
      checkBasket(basket);
      for (const definition of coupons) requireSound(definition);
      const rules = await ground.store.read(SYSTEM_SCOPE, stackingRules);
      const evaluation = evaluateBasket({
        basket,
        member,
        at: momentOf(at === undefined ? ground.clock.now() : new Date(at), ground.config.timezone),
        coupons: coupons.map((definition, i) => ({
          ref: String(i),
          definition,
          state: "usable" as const,
          owner_fits: true,
          needs_member: false,
          first_day: null,
          last_day: null,
          batch_id: null,
        })),
        rules,
      });
      return {
        ...evaluation,
        coupons: evaluation.coupons.map((traced) => ({ ...traced, asked: Number(traced.ref), issued_id: null })),
      };
    },
  );
}

function stackingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/coupons/stacking",
    { schema: { summary: "The brand's rules for coupons together", tags, response: { 200: Stacking } }, config: read },
    async () => ground.store.read(SYSTEM_SCOPE, stackingRules),
  );
  app.put<{ Body: Static<typeof Stacking> }>(
    "/api/coupons/stacking",
    {
      schema: {
        summary: "Change how many coupons an order takes, and what they leave of each line",
        tags,
        body: Stacking,
        response: { 200: Stacking },
      },
      config: manage,
    },
    async (request) => {
      await ground.store.write(SYSTEM_SCOPE, (tx) => setSetting(tx, STACKING_SETTING, request.body));
      Object.assign(request.audit_subject, request.body);
      return request.body;
    },
  );
}
