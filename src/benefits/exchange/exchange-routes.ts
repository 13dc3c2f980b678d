import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { spentShare } from "../../points/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { Basket, COUPONS_ASKED_MAX, LINES_MAX } from "../coupons/basket.ts";
import { Minor, QUANTITY_MAX } from "../coupons/definition.ts";
import { linesOf, redemptionOfOrder } from "../coupons/redemption-store.ts";
import { actorOf, Id, Keyed, memberAtTill, Nullable, requireStore, tags, till } from "../coupons/route-parts.ts";
import { Redeemed, Returned } from "../coupons/till-answers.ts";
import { Asked, OrderReference } from "../coupons/till-routes.ts";
import { exchange, type Exchanging, tryExchange } from "./exchange.ts";
import { recordedOrder } from "./exchange-store.ts";

const closed = { additionalProperties: false } as const;
const Store = Type.String({ minLength: 1, maxLength: 64 });
const Channel = Type.String({ minLength: 1, maxLength: 40 });
const POINTS_MAX = 1_000_000_000;
const Count = Type.Integer();

const Body = Type.Object(
  {
    back: Type.Object(
      {
        order_reference: OrderReference,
        store_code: Nullable(Store),
        channel: Channel,
        lines: Type.Array(
          Type.Object(
            {
              line_id: Type.String({ minLength: 1, maxLength: 100 }),
              quantity: Type.Integer({ minimum: 1, maximum: QUANTITY_MAX }),
            },
            closed,
          ),
          { minItems: 1, maxItems: LINES_MAX },
        ),
      },
      { ...closed, description: "What comes back: lines of an order of any store" },
    ),
    basket: Basket,
    coupons: Type.Optional(Type.Array(Asked, { maxItems: COUPONS_ASKED_MAX })),
    member_id: Type.Optional(Nullable(Id)),
    order_reference: OrderReference,
    points: Type.Optional(
      Type.Integer({ minimum: 0, maximum: POINTS_MAX, description: "Points that pay for what is taken" }),
    ),
    expected_difference_minor: Type.Optional(
      Type.Integer({ description: "What the customer was told to pay; negative: to get" }),
    ),
  },
  closed,
);

const exchanged = {
  returned: Type.Omit(Returned, ["return_id", "redemption_id"]),
  taken: Type.Omit(Redeemed, ["redemption_id", "until_at"]),
  points: Type.Object({
    returned: Type.Integer({ description: "Spent for what comes back, and given back" }),
    burned: Count,
    taken_back: Type.Integer({ description: "Earned by what comes back" }),
    earned: Count,
  }),
  refund_minor: Minor(0),
  due_minor: Minor(0),
  difference_minor: Type.Integer({ description: "To be paid in money; negative: to be paid out" }),
};
const Exchanged = Type.Object(exchanged);

/** An exchange at the till: tried, then done in one act. */
export function exchangeRoutes(app: FastifyInstance, ground: Ground): void {
  const wish = async (request: FastifyRequest): Promise<Exchanging> => {
    const body = request.body as Static<typeof Body>;
    requireStore(request, body.basket.store_code);
    return {
      back: { ...body.back, freight: false },
      basket: body.basket,
      coupons: body.coupons ?? [],
      member_id: await memberAtTill(ground, request, body.member_id ?? null),
      order_reference: body.order_reference,
      points: body.points ?? 0,
      expected_difference_minor: body.expected_difference_minor ?? null,
    };
  };
  app.post<{ Body: Static<typeof Body> }>(
    "/api/exchanges/preview",
    {
      schema: {
        summary: "What an exchange would do to money, coupons and points; changes nothing",
        tags,
        body: Body,
        response: { 200: Exchanged },
      },
      config: till,
    },
    async (request) => tryExchange(ground, await wish(request), actorOf(request)),
  );
  app.post<{ Body: Static<typeof Body>; Headers: Static<typeof Keyed> }>(
    "/api/exchanges",
    {
      schema: {
        summary:
          "Take lines of an order back and give others for them, with coupons and points of both: all or nothing, once under its Idempotency-Key",
        tags,
        headers: Keyed,
        body: Body,
        response: { 201: Type.Object({ exchange_id: Count, ...exchanged }) },
      },
      config: till,
    },
    async (request, reply) => {
      const wished = await wish(request);
      const answer = await exchange(ground, request.headers["idempotency-key"], wished, actorOf(request));
      const { exchange_id, difference_minor } = answer;
      Object.assign(request.audit_subject, { exchange_id, difference_minor, member_id: wished.member_id });
      return reply.code(201).send(answer);
    },
  );
  orderRoute(app, ground);
}

const Query = Type.Object({ order_reference: OrderReference, store_code: Type.Optional(Store), channel: Channel });

function orderRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof Query> }>(
    "/api/exchanges/order",
    {
      schema: {
        summary: "What may come back of an order, by its whole number, of any store",
        tags,
        querystring: Query,
        response: {
          200: Type.Object({
            order_reference: Type.String(),
            store_code: Nullable(Type.String()),
            channel: Type.String(),
            currency: Type.String(),
            points_left: Type.Integer({ description: "Points that paid for it and have not come back" }),
            lines: Type.Array(
              Type.Object({
                line_id: Type.String(),
                sku: Type.String(),
                quantity: Type.Integer({ description: "Pieces that may come back" }),
                paid_minor: Type.Integer({ description: "Paid for them, after coupons" }),
              }),
            ),
          }),
        },
      },
      config: till,
    },
    async ({ query: { order_reference, store_code = null, channel } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const order = { order_reference, store_code, channel };
        const row = await redemptionOfOrder(tx, order);
        const recorded = row === undefined ? await recordedOrder(tx, order) : undefined;
        const currency = row?.currency ?? recorded?.currency;
        if (currency === undefined || (row !== undefined && row.state !== "posted"))
          throw problem("benefits.order_unknown", { order_reference });
        const lines =
          row === undefined
            ? (recorded?.lines ?? []).map(({ returned, amount_minor, ...line }) => ({
                ...line,
                quantity: returned > 0 ? 0 : line.quantity,
                paid_minor: amount_minor,
              }))
            : (await linesOf(tx, row.redemption_id))
                .filter((line) => line.line_no > 0)
                .map((line) => ({
                  ...line,
                  quantity: line.quantity - line.returned_quantity,
                  paid_minor: line.amount_minor - line.discount_minor - line.refunded_minor,
                }));
        const all = { refunded_minor: 0, paid_minor: 0, whole: true };
        return { ...order, currency, lines, points_left: await spentShare(tx, order_reference, all) };
      }),
  );
}
