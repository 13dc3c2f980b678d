import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, Day, Month, problem } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { CLOSE_DAY, CLOSE_HOUR, closeMonth, dueAt, reopenMonth } from "./close.ts";
import { knownMonths, listCloses, listReopenings } from "./close-store.ts";
import { RANGE_DAYS_MAX } from "./detail.ts";
import { BACKFILL } from "./jobs.ts";

const tags = ["metrics"];
const read = { access: { permission: "metrics.read", level: "L2" } } as const;
const manage = { access: { permission: "metrics.manage", level: "L2" } } as const;

/** Closing and opening months, and computing days anew. */
export function monthRoutes(app: FastifyInstance, ground: Ground): void {
  reopeningRoute(app, ground);
  backfillRoute(app, ground);
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
      config: aboutOne("month", manage),
    },
    async (request, reply) => {
      await closeMonth(ground, request.params.month, request.person?.person_id ?? null);
      return reply.code(204).send(null);
    },
  );
}

function reopeningRoute(app: FastifyInstance, ground: Ground): void {
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
      config: aboutOne("month", manage),
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
}

function backfillRoute(app: FastifyInstance, ground: Ground): void {
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
