import type { FastifyInstance, FastifyReply } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { problem } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { closeMonth, CLOSE_DAY, CLOSE_HOUR, dueAt, reopenMonth } from "./close.ts";
import { knownMonths, listCloses, listReopenings } from "./close-store.ts";
import { type DetailOptions, metricDetail, RANGE_DAYS_MAX } from "./detail.ts";
import { BACKFILL } from "./jobs.ts";
import { morningTable } from "./morning.ts";
import { metricsView } from "./view.ts";
import { metricWorkbook, morningWorkbook } from "./workbook.ts";

const tags = ["metrics"];
const read = { access: { permission: "metrics.read" } } as const;
const manage = { access: { permission: "metrics.manage" } } as const;
const Day = Type.String({ format: "date" });
const Month = Type.String({ pattern: "^\\d{4}-(0[1-9]|1[0-2])$" });
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
      config: read,
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
      config: read,
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

function monthRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/metrics/months",
    { schema: { summary: "Months with figures: open, closed and opened again", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const closes = new Map((await listCloses(tx)).map((close) => [close.month, close]));
        const months = await knownMonths(tx);
        return {
          closing: { day: CLOSE_DAY, hour: CLOSE_HOUR },
          items: months.map((month) => ({
            month,
            closed_at: closes.get(month)?.closed_at ?? null,
            due_at: dueAt(month, ground.config.timezone),
          })),
          reopenings: await listReopenings(tx),
        };
      }),
  );
  app.post<{ Params: { month: string } }>(
    "/api/metrics/months/:month/close",
    {
      schema: {
        summary: "Close a month by hand",
        tags,
        params: Type.Object({ month: Month }),
        response: { 204: Type.Null() },
      },
      config: manage,
    },
    async (request, reply) => {
      await closeMonth(ground, request.params.month, request.person?.person_id ?? null);
      return reply.code(204).send(null);
    },
  );
  app.post<{ Params: { month: string }; Body: { reason: string } }>(
    "/api/metrics/months/:month/reopen",
    {
      schema: {
        summary: "Open a closed month again: its figures are computed anew and stay open until a person closes it",
        tags,
        params: Type.Object({ month: Month }),
        body: Type.Object({ reason: Type.String({ minLength: 4, maxLength: 400 }) }),
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const { month } = request.params;
      const { reason } = request.body;
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const days = await reopenMonth(tx, ground, month, { reason, person_id });
        return startJob(tx, ground, BACKFILL, { from: days[0], to: days.at(-1) }, { person_id });
      });
      request.audit_subject["reason"] = reason;
      return reply.code(202).send({ job_id });
    },
  );
  app.post<{ Body: { from: string; to: string } }>(
    "/api/metrics/backfill",
    {
      schema: {
        summary: "Compute the figures of some days anew; closed months keep theirs",
        tags,
        body: Type.Object({ from: Day, to: Day }),
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const { from, to } = request.body;
      const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
      if (days < 0 || days > RANGE_DAYS_MAX) throw problem("metrics.range_invalid", { from, to, max: RANGE_DAYS_MAX });
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, BACKFILL, { from, to }, { key: "range", person_id }),
      );
      Object.assign(request.audit_subject, { from, to });
      return reply.code(202).send({ job_id });
    },
  );
}
