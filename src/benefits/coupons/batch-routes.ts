import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, type ActInWords, businessDay, covered, Day, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { batchView, type BatchView, codesOfBatch, setBatchState } from "./batch-store.ts";
import { codeAt, maskedCode, printedCode } from "./code.ts";
import { codeKey } from "./code-key.ts";
import { couponFigures } from "./coupon-store.ts";
import { couponNamed, makeBatch, type MakingBatch } from "./coupons.ts";
import { Minor } from "./definition.ts";
import { issuancesOf } from "./issue-store.ts";
import { moneyText } from "./rejection.ts";
import { BatchParams, CouponParams, grant, manage, Nullable, read, Reason, tags } from "./route-parts.ts";
import { couponSentences } from "./sentence.ts";

const NUMBER_MAX = 10_000_000;
const ISSUANCES_SHOWN_MAX = 200;
const CODES_SHOWN_MAX = 200;
/** Codes of one file. */
export const CODES_EXPORTED_MAX = 200_000;

const closed = { additionalProperties: false } as const;
const Cap = Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: NUMBER_MAX })));
const Period = Type.Optional(Nullable(Type.Union([Type.Literal("day"), Type.Literal("week"), Type.Literal("month")])));
const NewBatch = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    code: Type.Optional(
      Nullable(Type.String({ minLength: 4, maxLength: 40, description: "One for all; absent: one each" })),
    ),
    number: Type.Integer({ minimum: 1, maximum: NUMBER_MAX, description: "Codes, or uses of the one code" }),
    budget_minor: Type.Optional(Nullable(Minor(1))),
    member_max: Cap,
    member_period: Period,
    member_period_max: Cap,
    period: Period,
    period_max: Cap,
    first_day: Type.Optional(Day),
    last_day: Type.Optional(Nullable(Day)),
    days: Type.Optional(Nullable(Type.Integer({ minimum: 1, maximum: 3_660 }))),
  },
  closed,
);
const CodeState = Type.Union(["issued", "held", "redeemed", "void", "expired"].map((state) => Type.Literal(state)));
const CodesQuery = Type.Object({
  cursor: Type.Optional(Type.Integer({ minimum: -NUMBER_MAX * 10 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: CODES_SHOWN_MAX })),
  state: Type.Optional(CodeState),
});

function wishOf(ground: Ground, body: Static<typeof NewBatch>): MakingBatch {
  const today = businessDay(ground.clock.now(), ground.config.timezone);
  const paired = <A, B>(period: A | null | undefined, max: B | null | undefined) =>
    period == null || max == null ? ([null, null] as const) : ([period, max] as const);
  const [member_period, member_period_max] = paired(body.member_period, body.member_period_max);
  const [period, period_max] = paired(body.period, body.period_max);
  return {
    name: body.name,
    code: body.code ?? null,
    number: body.number,
    budget_minor: body.budget_minor ?? null,
    member_max: body.member_max ?? null,
    member_period,
    member_period_max,
    period,
    period_max,
    first_day: body.first_day ?? today,
    last_day: body.last_day ?? null,
    days: body.days ?? null,
  };
}

async function batchInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { coupon } = request.params as Static<typeof CouponParams>;
  const body = request.body as Static<typeof NewBatch>;
  const figures = await ground.store.read(SYSTEM_SCOPE, async (tx) =>
    couponFigures(tx, (await couponNamed(tx, coupon)).coupon_id),
  );
  return {
    same: figures?.version ?? null,
    words: async () => {
      const budget =
        body.budget_minor == null ? null : moneyText(body.budget_minor, figures?.definition.currency ?? "CNY");
      return {
        zh: `为优惠券「${figures?.definition.zh ?? coupon}」新建批次「${body.name}」：${body.number} 张${budget === null ? "，不限预算" : `，预算 ${budget}`}`,
        en: `Make the batch “${body.name}” of “${figures?.definition.en ?? coupon}”: ${body.number} coupons, ${budget ?? "no"} budget`,
      };
    },
  };
}

/** @throws benefits.batch_unknown */
export async function batchNamed(tx: Tx, batch_id: number): Promise<BatchView> {
  const batch = await batchView(tx, batch_id);
  if (batch === undefined) throw problem("benefits.batch_unknown", { batch_id });
  return batch;
}

/** Batches of a coupon: made, stopped, their codes seen masked and given out as a file. */
export function batchRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof CouponParams>; Body: Static<typeof NewBatch> }>(
    "/api/coupons/:coupon/batches",
    {
      schema: {
        summary: "Make a batch of the published version: its number, budget, caps and days",
        tags,
        params: CouponParams,
        body: NewBatch,
        response: { 201: Type.Object({ batch_id: Type.Integer() }) },
      },
      config: aboutOne("coupon", {
        access: { ...manage.access, approval: (request: FastifyRequest) => batchInWords(ground, request) },
      }),
    },
    async (request, reply) => {
      const by = { person_id: request.person?.person_id ?? null, now: ground.clock.now() };
      const batch_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const made = await makeBatch(tx, ground, request.params.coupon, wishOf(ground, request.body), by);
        await request.settle(tx, { batch_id: made });
        return made;
      });
      Object.assign(request.audit_subject, { batch_id });
      return reply.code(201).send({ batch_id });
    },
  );
  app.get<{ Params: Static<typeof BatchParams> }>(
    "/api/coupons/batches/:batch_id",
    {
      schema: {
        summary: "One batch: what is made, held, redeemed, expired, void; spent of its budget; its issuances",
        tags,
        params: BatchParams,
        response: {
          200: Type.Object({
            batch: Type.Unknown(),
            coupon: Type.Object({
              key: Type.String(),
              definition: Type.Unknown(),
              zh: Type.String(),
              en: Type.String(),
            }),
            issuances: Type.Array(Type.Unknown()),
          }),
        },
      },
      config: aboutOne("coupon_batch", read),
    },
    async ({ params }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const batch = await batchNamed(tx, params.batch_id);
        const figures = await couponFigures(tx, batch.coupon_id);
        if (figures === undefined) throw problem("benefits.batch_unknown", params);
        const { key, definition } = figures;
        return {
          batch,
          coupon: { key, definition, ...couponSentences(definition) },
          issuances: await issuancesOf(tx, params.batch_id, ISSUANCES_SHOWN_MAX),
        };
      }),
  );
  stateRoute(app, ground);
  codeRoutes(app, ground);
}

function stateRoute(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof BatchParams>; Body: { state: "open" | "paused"; reason: string } }>(
    "/api/coupons/batches/:batch_id/state",
    {
      schema: {
        summary: "Stop a batch, so that none of it can be used or issued, or open it again",
        tags,
        params: BatchParams,
        body: Type.Object({ state: Type.Union([Type.Literal("open"), Type.Literal("paused")]), reason: Reason }),
        response: { 200: Type.Object({ batch_id: Type.Integer(), state: Type.String() }) },
      },
      config: aboutOne("coupon_batch", covered("stops or reopens what was approved, and makes nothing", manage)),
    },
    async (request) => {
      const { batch_id } = request.params;
      const { state, reason } = request.body;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const batch = await batchNamed(tx, batch_id);
        if (batch.state === "undone") throw problem("benefits.batch_closed", { batch_id });
        await setBatchState(tx, batch_id, state);
      });
      Object.assign(request.audit_subject, { batch_id, state, reason });
      return { batch_id, state };
    },
  );
}

const Exporting = Type.Object({
  reason: Reason,
  from: Type.Optional(Type.Integer({ minimum: 1, maximum: NUMBER_MAX * 10 })),
});

async function exportInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { batch_id } = request.params as Static<typeof BatchParams>;
  const { reason } = request.body as Static<typeof Exporting>;
  const batch = await ground.store.read(SYSTEM_SCOPE, (tx) => batchNamed(tx, batch_id));
  return {
    reason,
    words: async () => ({
      zh: `导出批次「${batch.name}」（#${batch_id}）未用的券码，共 ${batch.made - batch.redeemed - batch.held - batch.expired - batch.voided} 张以内`,
      en: `Export the unused codes of batch “${batch.name}” (#${batch_id}), up to ${batch.made - batch.redeemed - batch.held - batch.expired - batch.voided}`,
    }),
  };
}

function codeRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof BatchParams>; Querystring: Static<typeof CodesQuery> }>(
    "/api/coupons/batches/:batch_id/codes",
    {
      schema: {
        summary: "Coupons of a batch with their states, codes masked",
        tags,
        params: BatchParams,
        querystring: CodesQuery,
        response: { 200: Type.Object({ items: Type.Array(Type.Unknown()), next_cursor: Nullable(Type.Integer()) }) },
      },
      config: aboutOne("coupon_batch", read),
    },
    async ({ params, query }) => {
      const { cursor = -NUMBER_MAX * 10, limit = CODES_SHOWN_MAX, state = null } = query;
      const key = await codeKey(ground);
      const rows = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await batchNamed(tx, params.batch_id);
        const after = { after: cursor, limit: limit + 1, state: state as string | null, owned: null };
        return codesOfBatch(tx, params.batch_id, after);
      });
      const page = rows.slice(0, limit);
      return {
        items: page.map(({ ordinal, ...row }) => ({
          ...row,
          code_masked: ordinal < 0 ? null : maskedCode(codeAt(key, params.batch_id, ordinal)),
        })),
        next_cursor: rows.length > limit ? (page.at(-1)?.ordinal ?? null) : null,
      };
    },
  );
  app.post<{ Params: Static<typeof BatchParams>; Body: Static<typeof Exporting> }>(
    "/api/coupons/batches/:batch_id/code-export",
    {
      schema: {
        summary: `The unused codes of a batch that belong to nobody, as a file of up to ${CODES_EXPORTED_MAX}`,
        tags,
        params: BatchParams,
        body: Exporting,
        produces: ["text/csv"],
      } as object,
      config: aboutOne("coupon_batch", {
        access: {
          ...grant.access,
          audit: "coupons.codes_exported",
          approval: (request: FastifyRequest) => exportInWords(ground, request),
        },
      }),
    },
    async (request, reply) => {
      const { batch_id } = request.params;
      const key = await codeKey(ground);
      const rows = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await batchNamed(tx, batch_id);
        const after = { after: (request.body.from ?? 1) - 1, limit: CODES_EXPORTED_MAX, state: "issued", owned: false };
        const found = await codesOfBatch(tx, batch_id, after);
        await request.settle(tx, { batch_id, codes: found.length });
        return found;
      });
      Object.assign(request.audit_subject, { batch_id, codes: rows.length, reason: request.body.reason });
      const lines = rows.map(
        (row) => `${printedCode(codeAt(key, batch_id, row.ordinal))},${row.first_day},${row.last_day ?? ""}`,
      );
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="codes-${batch_id}.csv"`)
        .send(`code,first_day,last_day\r\n${lines.map((line) => `${line}\r\n`).join("")}`);
    },
  );
}
