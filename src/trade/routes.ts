import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, Day, lastClosedDay, problem } from "../platform/index.ts";
import { listProducts, listStores, orderView, storeDays } from "./browse-store.ts";

const tags = ["trade"];
const config = { access: { permission: "members.read", level: "L2" } } as const;
const PAGE_MAX = 200;

const PageQuery = {
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_MAX })),
};
interface PageInput {
  readonly cursor?: string;
  readonly limit?: number;
}

const Minor = Type.Integer();
const Nullable = Type.Union([Type.String(), Type.Null()]);
const StoreDayRow = Type.Object({
  store_code: Nullable,
  store_name: Nullable,
  currency: Type.String(),
  net_minor: Minor,
  orders: Type.Integer(),
  member_orders: Type.Integer(),
  month_net_minor: Minor,
  last_year_net_minor: Minor,
});

export function tradeRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: PageInput & { q?: string } }>(
    "/api/products",
    {
      schema: {
        summary: "Products by code; q finds the start of a code or a part of a name",
        tags,
        querystring: Type.Object({ ...PageQuery, q: Type.Optional(Type.String({ maxLength: 100 })) }),
      },
      config,
    },
    async ({ query, scope }) => {
      const page = { after: query.cursor ?? null, limit: query.limit ?? 50 };
      const items = await ground.store.read(scope, (tx) => listProducts(tx, query.q ?? null, page));
      return { items, next_cursor: items.length === page.limit ? (items.at(-1)?.sku ?? null) : null };
    },
  );
  app.get<{ Querystring: PageInput }>(
    "/api/stores",
    { schema: { summary: "Stores by code", tags, querystring: Type.Object(PageQuery) }, config },
    async ({ query, scope }) => {
      const page = { after: query.cursor ?? null, limit: query.limit ?? PAGE_MAX };
      const items = await ground.store.read(scope, (tx) => listStores(tx, page));
      return { items, next_cursor: items.length === page.limit ? (items.at(-1)?.store_code ?? null) : null };
    },
  );
  app.get<{ Querystring: { day?: string } }>(
    "/api/store-days",
    {
      schema: {
        summary:
          "Stores on one business day (yesterday by default): sales, share of tickets with a member, month, last year",
        tags,
        querystring: Type.Object({ day: Type.Optional(Day) }),
        response: { 200: Type.Object({ business_day: Type.String(), items: Type.Array(StoreDayRow) }) },
      },
      config,
    },
    async ({ query, scope }) => {
      const business_day = query.day ?? lastClosedDay(ground.clock.now(), ground.config.timezone);
      return { business_day, items: await ground.store.read(scope, (tx) => storeDays(tx, business_day)) };
    },
  );
  app.get<{ Params: { order_id: number } }>(
    "/api/orders/:order_id",
    {
      schema: {
        summary: "One order with lines, payments and returns",
        tags,
        params: Type.Object({ order_id: Type.Integer({ minimum: 1 }) }),
      },
      config: aboutOne("order", config),
    },
    async ({ params, scope }) => {
      const order = await ground.store.read(scope, (tx) => orderView(tx, params.order_id));
      if (order === undefined) throw problem("trade.order_not_found", { order_id: params.order_id });
      return order;
    },
  );
}
