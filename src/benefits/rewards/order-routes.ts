import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, type ActInWords, addDays, Day, newUuid, problem, startOfDay } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { AMOUNT_MINOR_MAX, COUPON_KEY } from "../coupons/definition.ts";
import {
  grant,
  Id,
  Keyed,
  KeyedIfAny,
  memberAtTill,
  Nullable,
  Reason,
  requireStore,
  storesOf,
  tags,
  till,
} from "../coupons/route-parts.ts";
import { peopleOf } from "../entitlements/fulfil-routes.ts";
import { confirmOrder, handOver, orderReward, type Step, undoOrder } from "./orders.ts";
import { STATE_NAMES } from "./order-state.ts";
import { orderWorkbook } from "./order-workbook.ts";
import {
  countOrders,
  listOrders,
  orderById,
  type OrderRow,
  type OrdersFilter,
  waitingOrders,
} from "./reward-list-store.ts";
import { RewardParams } from "./reward-routes.ts";
import type { OrderState } from "./reward-store.ts";

const LISTED = 50;
const LISTED_MAX = 200;
export const ORDERS_EXPORTED_MAX = 50_000;
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const list = { access: { permission: "benefits.read", level: "L3", enter: "L2" } } as const;

const Text = Type.String();
const Count = Type.Integer();
const STATES = ["held", "confirmed", "fulfilled", "cancelled", "returned"] as const;
const State = Type.Union(STATES.map((state) => Type.Literal(state)));
const filters = {
  state: Type.Optional(State),
  reward: Type.Optional(Type.String({ pattern: COUPON_KEY })),
  from: Type.Optional(Day),
  to: Type.Optional(Day),
};
const ListQuery = Type.Object({
  ...filters,
  cursor: Type.Optional(Type.String({ pattern: "^[01]_\\d{1,15}$" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const Order = Type.Object({
  order_id: Count,
  reward: Text,
  name_zh: Text,
  name_en: Text,
  currency: Text,
  state: State,
  points: Count,
  cash_minor: Count,
  is_first: Type.Boolean({ description: "Served before others: accelerated redemption" }),
  until_at: Text,
  payment_reference: Nullable(Text),
  store_code: Nullable(Text),
  shipment: Nullable(Text),
  reason: Nullable(Text),
  made_at: Text,
  confirmed_at: Nullable(Text),
  fulfilled_at: Nullable(Text),
  ended_at: Nullable(Text),
  member_id: Nullable(Count),
  name_masked: Nullable(Text),
  phone_masked: Nullable(Text),
  home_store: Nullable(Text),
});
const Stepped = Type.Object({ order_id: Count, state: State, until_at: Nullable(Text) });
const OrderParams = Type.Object({ order_id: Id });

type Filters = { readonly reward?: string; readonly from?: string; readonly to?: string };

function filterOf(ground: Ground, request: FastifyRequest, { reward, from, to }: Filters): OrdersFilter {
  const { timezone } = ground.config;
  return {
    reward: reward ?? null,
    from: from === undefined ? null : startOfDay(from, timezone),
    before: to === undefined ? null : startOfDay(addDays(to, 1), timezone),
    stores: storesOf(request),
  };
}

/** Orders of rewards: made, confirmed, handed over, taken back; listed and given out as a file. */
export function rewardOrderRoutes(app: FastifyInstance, ground: Ground): void {
  listRoute(app, ground);
  oneRoute(app, ground);
  orderRoute(app, ground);
  stepRoutes(app, ground);
  exportRoute(app, ground);
}

function listRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/rewards/orders",
    {
      schema: {
        summary: "Redemption orders, newest first; those to be handed over in the order in which they are served",
        tags,
        querystring: ListQuery,
        response: {
          200: Type.Object({
            items: Type.Array(Order),
            counts: Type.Object(Object.fromEntries(STATES.map((state) => [state, Count]))),
            next_cursor: Nullable(Text),
          }),
        },
      },
      config: list,
    },
    async (request) => {
      const { state, cursor, limit = LISTED } = request.query;
      const filter = filterOf(ground, request, request.query as Filters);
      const [rank = 0, id = 0] = cursor?.split("_").map(Number) ?? [];
      const { rows, counts } = await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        rows:
          state === "confirmed"
            ? await waitingOrders(tx, filter, { after: cursor === undefined ? null : [rank, id], limit: limit + 1 })
            : await listOrders(tx, filter, {
                state: (state ?? null) as OrderState | null,
                after: cursor === undefined ? null : id,
                limit: limit + 1,
              }),
        counts: await countOrders(tx, filter),
      }));
      const page = rows.slice(0, limit);
      const last = page.at(-1);
      return {
        items: await withPeople(ground, request, page),
        counts,
        next_cursor: rows.length > limit && last !== undefined ? `${last.is_first ? 0 : 1}_${last.order_id}` : null,
      };
    },
  );
}

async function withPeople(ground: Ground, request: FastifyRequest, rows: readonly OrderRow[]) {
  const people = await peopleOf(
    ground,
    request,
    rows.flatMap(({ member_id }) => member_id ?? []),
  );
  return rows.map((row) => ({ ...row, ...people(row.member_id) }));
}

/** @throws benefits.reward_order_unknown, as for one that does not exist, where it is of a member of other stores */
async function visible(ground: Ground, request: FastifyRequest, order_id: number): Promise<OrderRow> {
  const row = await ground.store.read(SYSTEM_SCOPE, (tx) => orderById(tx, order_id));
  if (row === undefined) throw problem("benefits.reward_order_unknown", { order_id });
  // an erased member's order is nobody's, and open to whoever sees all stores
  if (row.member_id === null && storesOf(request) === null) return row;
  try {
    await memberAtTill(ground, request, row.owner);
  } catch (error) {
    if ((error as { code?: string }).code !== "benefits.member_unknown") throw error;
    throw problem("benefits.reward_order_unknown", { order_id });
  }
  return row;
}

function oneRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Params: Static<typeof OrderParams> }>(
    "/api/rewards/orders/:order_id",
    {
      schema: { summary: "One redemption order", tags, params: OrderParams, response: { 200: Order } },
      config: aboutOne("reward_order", list),
    },
    async (request) => {
      const [order] = await withPeople(ground, request, [await visible(ground, request, request.params.order_id)]);
      return order;
    },
  );
}

function orderRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof RewardParams>; Headers: Static<typeof Keyed>; Body: { member_id: number } }>(
    "/api/rewards/:reward/orders",
    {
      schema: {
        summary: "Set a unit and its points aside for a member for 30 minutes; once under its Idempotency-Key",
        tags,
        params: RewardParams,
        headers: Keyed,
        body: Type.Object({ member_id: Id }, { additionalProperties: false }),
        response: { 201: Stepped },
      },
      config: aboutOne("reward", till),
    },
    async (request, reply) => {
      const { reward } = request.params;
      const member_id = await memberAtTill(ground, request, request.body.member_id);
      if (member_id === null) throw problem("benefits.member_unknown", request.body);
      const person_id = request.person?.person_id ?? null;
      const step = await orderReward(ground, request.headers["idempotency-key"], { reward, member_id }, person_id);
      Object.assign(request.audit_subject, { reward, member_id, order_id: step.order_id });
      return reply.code(201).send(step);
    },
  );
}

const Confirming = Type.Object(
  {
    cash_minor: Type.Optional(Type.Integer({ minimum: 0, maximum: AMOUNT_MINOR_MAX })),
    payment_reference: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 100 }))),
  },
  { additionalProperties: false },
);
const Handing = Type.Object(
  {
    store_code: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 64 }))),
    shipment: Type.Optional(Nullable(Type.String({ minLength: 1, maxLength: 64 }))),
  },
  { additionalProperties: false },
);
const Undoing = Type.Object(
  {
    reason: Reason,
    restock: Type.Optional(Type.Boolean({ description: "Of what was handed over: whether it can be given again" })),
  },
  { additionalProperties: false },
);

interface StepRoute<Body extends Type.TSchema> {
  readonly name: string;
  readonly summary: string;
  readonly body: Body;
  readonly run: (request: FastifyRequest, key: string, order_id: number, body: Static<Body>) => Promise<Step>;
}

function stepRoute<Body extends Type.TSchema>(app: FastifyInstance, ground: Ground, route: StepRoute<Body>): void {
  app.post<{ Params: Static<typeof OrderParams>; Headers: Static<typeof KeyedIfAny>; Body: unknown }>(
    `/api/rewards/orders/:order_id/${route.name}`,
    {
      schema: {
        summary: route.summary,
        tags,
        params: OrderParams,
        headers: KeyedIfAny,
        body: route.body,
        response: { 200: Stepped },
      },
      config: aboutOne("reward_order", till),
    },
    async (request) => {
      const { order_id } = request.params;
      await visible(ground, request, order_id);
      const key = request.headers["idempotency-key"] ?? `${route.name} ${newUuid(ground.wall.now())}`;
      Object.assign(request.audit_subject, { order_id });
      return route.run(request, key, order_id, request.body as Static<Body>);
    },
  );
}

function stepRoutes(app: FastifyInstance, ground: Ground): void {
  stepRoute(app, ground, {
    name: "confirm",
    summary: "The cash is paid, or there is none to pay: the points are burned, the unit is the member's",
    body: Confirming,
    run: (_request, key, order_id, { cash_minor = 0, payment_reference = null }) =>
      confirmOrder(ground, key, { order_id, cash_minor, payment_reference }),
  });
  stepRoute(app, ground, {
    name: "hand-over",
    summary: "It was picked up in a store, or sent with a shipment's number",
    body: Handing,
    run: async (request, key, order_id, { store_code = null, shipment = null }) => {
      if (store_code !== null) requireStore(request, store_code);
      return handOver(ground, key, { order_id, store_code, shipment });
    },
  });
  stepRoute(app, ground, {
    name: "cancel",
    summary:
      "Points, unit and redemption are free again; of what was handed over the unit only if it can be given again",
    body: Undoing,
    run: (request, key, order_id, { reason, restock = true }) => {
      Object.assign(request.audit_subject, { reason, restock });
      return undoOrder(ground, key, { order_id, reason, restock }, request.person?.person_id ?? null);
    },
  });
}

const Exporting = Type.Object(
  { ...filters, reason: Reason, language: Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")])) },
  { additionalProperties: false },
);

async function exportInWords(ground: Ground, request: FastifyRequest): Promise<ActInWords> {
  const { state, reason, ...body } = request.body as Static<typeof Exporting>;
  const filter = filterOf(ground, request, body as Filters);
  const counts = await ground.store.read(SYSTEM_SCOPE, (tx) => countOrders(tx, filter));
  const wanted = state as OrderState | undefined;
  const orders = wanted === undefined ? Object.values(counts).reduce((sum, count) => sum + count, 0) : counts[wanted];
  const named = wanted === undefined ? undefined : STATE_NAMES[wanted];
  return {
    reason,
    words: async () => ({
      zh: `导出${named === undefined ? "" : `${named.zh}的`}兑换单，共 ${orders} 张，含会员编号`,
      en: `Export ${orders} ${named === undefined ? "" : `${named.en} `}redemption orders with their members' numbers`,
    }),
  };
}

function exportRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof Exporting> }>(
    "/api/rewards/orders/export",
    {
      schema: {
        summary: `Redemption orders as an Excel file of up to ${ORDERS_EXPORTED_MAX}`,
        tags,
        body: Exporting,
        produces: [XLSX],
      } as object,
      config: {
        access: {
          ...grant.access,
          audit: "rewards.orders_exported",
          approval: (request: FastifyRequest) => exportInWords(ground, request),
        },
      },
    },
    async (request, reply) => {
      const { state, reason, language = "zh", ...body } = request.body;
      const filter = filterOf(ground, request, body as Filters);
      const asked = { state: (state ?? null) as OrderState | null, after: null, limit: ORDERS_EXPORTED_MAX + 1 };
      const rows = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const found = await listOrders(tx, filter, asked);
        if (found.length > ORDERS_EXPORTED_MAX)
          throw problem("benefits.reward_export_too_large", { limit: ORDERS_EXPORTED_MAX });
        await request.settle(tx, { orders: found.length });
        return found;
      });
      Object.assign(request.audit_subject, { orders: rows.length, reason });
      return reply
        .type(XLSX)
        .header("content-disposition", 'attachment; filename="reward-orders.xlsx"')
        .send(await orderWorkbook(rows, language === "en" ? "en" : "zh"));
    },
  );
}
