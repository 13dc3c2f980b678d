import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { Basket, COUPONS_ASKED_MAX, LINES_MAX } from "./basket.ts";
import { Minor, QUANTITY_MAX } from "./definition.ts";
import { postHold, voidHold } from "./hold.ts";
import { evaluateCheckout, HOLD_MINUTES_MAX, redeem } from "./redeem.ts";
import { couponsOf, linesOf, redemptionById, redemptionOfOrder, type RedemptionRow } from "./redemption-store.ts";
import { returnOrder } from "./returns.ts";
import {
  actorOf,
  Id,
  Keyed,
  KeyedIfAny,
  memberAtTill,
  Nullable,
  read,
  requireStore,
  storesOf,
  tags,
  till,
} from "./route-parts.ts";
import { Evaluated, RedemptionView, Redeemed, Returned, Settled } from "./till-answers.ts";
import { CODE_LENGTH_MAX } from "./wallet.ts";

const closed = { additionalProperties: false } as const;
export const Asked = Type.Union([
  Type.Object({ code: Type.String({ minLength: 1, maxLength: CODE_LENGTH_MAX }) }, closed),
  Type.Object({ issued_id: Id }, closed),
]);
const checkout = {
  basket: Basket,
  coupons: Type.Array(Asked, { minItems: 1, maxItems: COUPONS_ASKED_MAX }),
  member_id: Type.Optional(Nullable(Id)),
};
export const OrderReference = Type.String({ minLength: 1, maxLength: 100 });
const Checkout = Type.Object(checkout, closed);
const Redeeming = Type.Object(
  {
    ...checkout,
    order_reference: OrderReference,
    hold_minutes: Type.Optional(
      Type.Integer({ minimum: 1, maximum: HOLD_MINUTES_MAX, description: "Held, not redeemed" }),
    ),
    expected_discount_minor: Type.Optional(Minor(0, { description: "What the customer was told" })),
  },
  closed,
);
const Order = {
  order_reference: OrderReference,
  store_code: Nullable(Type.String({ minLength: 1, maxLength: 64 })),
  channel: Type.String({ minLength: 1, maxLength: 40 }),
};
const Returning = Type.Object(
  {
    ...Order,
    lines: Nullable(
      Type.Array(
        Type.Object(
          {
            line_id: Type.String({ minLength: 1, maxLength: 100 }),
            quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }),
          },
          closed,
        ),
        { maxItems: LINES_MAX },
      ),
    ),
    freight: Type.Optional(Type.Boolean()),
    returned_in: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 64 }))),
  },
  closed,
);
const OrderQuery = Type.Object({
  order_reference: OrderReference,
  store_code: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  channel: Type.String({ minLength: 1, maxLength: 40 }),
});
const RedemptionParams = Type.Object({ redemption_id: Id });

/** Coupons at the counter, in the mall and in the mini program: reckon, redeem or hold, post or void, return. */
export function tillRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Checkout> }>(
    "/api/coupons/evaluate",
    {
      schema: {
        summary: "What coupons would do to a basket, with the reason of each that would not apply; changes nothing",
        tags,
        body: Checkout,
        response: { 200: Evaluated },
      },
      config: till,
    },
    async (request) => {
      const { basket, coupons, member_id = null } = request.body;
      requireStore(request, basket.store_code);
      return evaluateCheckout(ground, { basket, coupons, member_id: await memberAtTill(ground, request, member_id) });
    },
  );
  app.post<{ Body: Static<typeof Redeeming>; Headers: Static<typeof Keyed> }>(
    "/api/coupons/redemptions",
    {
      schema: {
        summary:
          "Redeem coupons for an order, all or none, or hold them until it is paid; once under its Idempotency-Key",
        tags,
        headers: Keyed,
        body: Redeeming,
        response: { 201: Redeemed },
      },
      config: till,
    },
    async (request, reply) => {
      const { member_id = null, hold_minutes = null, expected_discount_minor = null, ...rest } = request.body;
      requireStore(request, rest.basket.store_code);
      const member = await memberAtTill(ground, request, member_id);
      const answer = await redeem(
        ground,
        request.headers["idempotency-key"],
        { ...rest, member_id: member, hold_minutes, expected_discount_minor },
        actorOf(request),
      );
      const { redemption_id, discount_minor } = answer;
      Object.assign(request.audit_subject, { redemption_id, discount_minor, member_id: member });
      return reply.code(201).send(answer);
    },
  );
  settlingRoutes(app, ground);
  lookingRoutes(app, ground);
  returningRoute(app, ground);
}

function returningRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Returning>; Headers: Static<typeof Keyed> }>(
    "/api/coupons/returns",
    {
      schema: {
        summary:
          "Return lines of an order that had coupons, in any store: what is paid back, which coupons are given back",
        tags,
        headers: Keyed,
        body: Returning,
        response: { 201: Returned },
      },
      config: till,
    },
    async (request, reply) => {
      const { returned_in = null, freight = false, ...rest } = request.body;
      requireStore(request, returned_in ?? rest.store_code);
      const key = request.headers["idempotency-key"];
      const answer = await returnOrder(ground, key, { ...rest, freight, returned_in }, actorOf(request));
      const { return_id, redemption_id, refund_minor } = answer;
      Object.assign(request.audit_subject, { return_id, redemption_id, refund_minor });
      return reply.code(201).send(answer);
    },
  );
}

function settlingRoutes(app: FastifyInstance, ground: Ground): void {
  for (const [name, settle, summary] of [
    ["post", postHold, "The order is paid: what was held is redeemed"],
    ["void", voidHold, "The order came to nothing: what was held may be used again"],
  ] as const) {
    app.post<{ Params: Static<typeof RedemptionParams>; Headers: Static<typeof KeyedIfAny> }>(
      `/api/coupons/redemptions/:redemption_id/${name}`,
      {
        schema: { summary, tags, params: RedemptionParams, headers: KeyedIfAny, response: { 200: Settled } },
        config: aboutOne("redemption", till),
      },
      async (request) => {
        const { redemption_id } = request.params;
        await ground.store.read(SYSTEM_SCOPE, (tx) => visible(tx, redemption_id, storesOf(request)));
        Object.assign(request.audit_subject, { redemption_id });
        return settle(ground, request.headers["idempotency-key"] ?? `${name} ${redemption_id}`, redemption_id);
      },
    );
  }
}

/** @throws benefits.redemption_unknown, as for one that does not exist, where it is of another store */
async function visible(tx: Tx, redemption_id: number, stores: readonly string[] | null): Promise<RedemptionRow> {
  const row = await redemptionById(tx, redemption_id);
  if (row === undefined || (stores !== null && !stores.includes(row.store_code ?? "")))
    throw problem("benefits.redemption_unknown", { redemption_id });
  return row;
}

async function whole(tx: Tx, row: RedemptionRow) {
  const { redemption_id } = row;
  return { ...row, lines: await linesOf(tx, redemption_id), coupons: await couponsOf(tx, redemption_id) };
}

function lookingRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof OrderQuery> }>(
    "/api/coupons/redemptions",
    {
      schema: {
        summary: "The coupons of an order, by its whole number, of any store",
        tags,
        querystring: OrderQuery,
        response: { 200: RedemptionView },
      },
      config: till,
    },
    async ({ query: { order_reference, store_code = null, channel } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const row = await redemptionOfOrder(tx, { order_reference, store_code, channel });
        if (row === undefined) throw problem("benefits.order_unknown", { order_reference });
        // whoever has the order's number has no member by it
        return { ...(await whole(tx, row)), owner: null };
      }),
  );
  app.get<{ Params: Static<typeof RedemptionParams> }>(
    "/api/coupons/redemptions/:redemption_id",
    {
      schema: {
        summary: "One redemption with its lines and coupons",
        tags,
        params: RedemptionParams,
        response: { 200: RedemptionView },
      },
      config: aboutOne("redemption", read),
    },
    async (request) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) =>
        whole(tx, await visible(tx, request.params.redemption_id, storesOf(request))),
      ),
  );
}
