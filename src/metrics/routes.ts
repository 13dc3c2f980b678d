import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, Day, problem } from "../platform/index.ts";
import { type DetailOptions, metricDetail } from "./detail.ts";
import { monthRoutes } from "./month-routes.ts";
import { morningTable } from "./morning.ts";
import { metricsView } from "./view.ts";
import { metricWorkbook, morningWorkbook } from "./workbook.ts";

const tags = ["metrics"];
const read = { access: { permission: "metrics.read", level: "L2" } } as const;
const Key = Type.String({ pattern: "^[a-z][a-z0-9_]{2,40}$" });
const Language = Type.Optional(Type.Union([Type.Literal("zh"), Type.Literal("en")]));
const Part = Type.Optional(Type.Union([Type.Literal("store"), Type.Literal("region"), Type.Literal("channel")]));
type Lang = { language?: "zh" | "en" };

export function metricRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: { day?: string } }>(
    "/api/metrics",
    {
      schema: {
        summary: "All metrics on a day, each with what it is compared with, its line and its definition",
        tags,
        querystring: Type.Object({ day: Type.Optional(Day) }),
      },
      config: read,
    },
    async ({ query, scope }) =>
      (await ground.store.read(scope, (tx) => metricsView(tx, ground, scope, query))) ?? { state: "none", items: [] },
  );
  storeRoutes(app, ground);
  monthRoutes(app, ground);
  detailRoutes(app, ground);
}

function detailRoutes(app: FastifyInstance, ground: Ground): void {
  const querystring = { from: Type.Optional(Day), to: Type.Optional(Day), part: Part };
  app.get<{ Params: { metric: string }; Querystring: DetailOptions }>(
    "/api/metrics/:metric",
    {
      schema: {
        summary: "One metric: definition, versions, line, parts and months with restatement",
        tags,
        params: Type.Object({ metric: Key }),
        querystring: Type.Object(querystring),
      },
      config: aboutOne("metric", read),
    },
    async ({ params, query, scope }) =>
      ground.store.read(scope, (tx) => metricDetail(tx, ground, scope, params.metric, query)),
  );
  app.get<{ Params: { metric: string }; Querystring: DetailOptions & Lang }>(
    "/api/metrics/:metric/metric.xlsx",
    {
      schema: {
        summary: "One metric as a workbook: days, months, parts",
        tags,
        params: Type.Object({ metric: Key }),
        querystring: Type.Object({ ...querystring, language: Language }),
      },
      config: aboutOne("metric", read),
    },
    async (request, reply) => {
      const { params, query, scope } = request;
      const detail = await ground.store.read(scope, (tx) => metricDetail(tx, ground, scope, params.metric, query));
      if (detail.state === "none") throw problem("metrics.not_found", { metric: params.metric });
      return workbook(
        reply,
        `${params.metric}.xlsx`,
        await metricWorkbook(detail.definition, detail, query.language ?? "zh"),
      );
    },
  );
}

function workbook(reply: FastifyReply, name: string, content: Buffer) {
  return reply
    .type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    .header("content-disposition", `attachment; filename="${name}"`)
    .send(content);
}

function storeRoutes(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: { day?: string } }>(
    "/api/metrics/stores",
    {
      schema: {
        summary: "The table per store of a day: the day, month to date, last year, new members, share with a member",
        tags,
        querystring: Type.Object({ day: Type.Optional(Day) }),
      },
      config: read,
    },
    async ({ query, scope }) => ground.store.read(scope, (tx) => morningTable(tx, ground, scope, query.day)),
  );
  app.get<{ Querystring: { day?: string } & Lang }>(
    "/api/metrics/stores.xlsx",
    {
      schema: {
        summary: "The table per store as a workbook",
        tags,
        querystring: Type.Object({ day: Type.Optional(Day), language: Language }),
      },
      config: read,
    },
    async ({ query, scope }, reply) => {
      const table = await ground.store.read(scope, (tx) => morningTable(tx, ground, scope, query.day));
      return workbook(reply, `stores-${table.day}.xlsx`, await morningWorkbook(table, query.language ?? "zh"));
    },
  );
}
