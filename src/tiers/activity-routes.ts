import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { aboutOne, Month, problem } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { readCondition, throughDay, tryRule } from "./activity.ts";
import { activeRules, addActiveRule, monthMembers, monthRows, ruleVersions } from "./activity-store.ts";
import { todayOf } from "./evaluate.ts";
import { ACTIVITY } from "./jobs.ts";
import { membersTotal } from "./standing-store.ts";

const tags = ["tiers"];
const read = { access: { permission: "tiers.read", level: "L3", enter: "L2" } } as const;
const manage = { access: { permission: "tiers.manage", level: "L2" } } as const;
const MONTHS_SHOWN = 13;

const Rule = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });
const Tree = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown());

export function activityRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/tiers/activity",
    { schema: { summary: "Rules of activity and how many members met them, by month", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        today: todayOf(ground),
        members: await membersTotal(tx),
        rules: await activeRules(tx),
        months: await monthRows(tx, MONTHS_SHOWN),
      })),
  );
  app.get<{ Querystring: { month: string; rule: string; cursor?: string; limit?: number } }>(
    "/api/tiers/activity/members",
    {
      schema: {
        summary: "Members who met a rule in a month",
        tags,
        querystring: Type.Object({
          month: Month,
          rule: Rule,
          cursor: Type.Optional(Type.String({ pattern: "^\\d{1,15}$" })),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
        }),
      },
      config: read,
    },
    async ({ query, scope }) =>
      ground.store.read(scope, async (tx) => {
        const limit = query.limit ?? 50;
        const ids = await monthMembers(tx, query.month, query.rule, scope, Number(query.cursor ?? 0), limit);
        return {
          items: await memberRowsById(tx, ground, ids),
          next_cursor: ids.length === limit ? String(ids.at(-1)) : null,
        };
      }),
  );
  app.post<{ Body: { month: string } }>(
    "/api/tiers/activity/compute",
    {
      schema: {
        summary: "Compute a month anew",
        tags,
        body: Type.Object({ month: Month }),
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const { month } = request.body;
      throughDay(month, todayOf(ground));
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, ACTIVITY, { months: [month] }, { key: month, person_id }),
      );
      request.audit_subject["month"] = month;
      return reply.code(202).send({ job_id });
    },
  );
  ruleRoutes(app, ground);
}

function ruleRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { rule: string }; Body: { expression: unknown; month: string } }>(
    "/api/tiers/activity/:rule/what-if",
    {
      schema: {
        summary: "What a changed rule would give for a month, beside the one in force",
        tags,
        params: Type.Object({ rule: Rule }),
        body: Type.Object({ expression: Tree, month: Month }),
      },
      config: aboutOne("activity_rule", read),
    },
    async ({ params, body }) => tryRule(ground, params.rule, body.expression, body.month),
  );
  app.post<{
    Params: { rule: string };
    Body: { expression: unknown; sentence_zh: string; sentence_en: string };
  }>(
    "/api/tiers/activity/:rule/versions",
    {
      schema: {
        summary: "Put a changed rule in force as a further version; the running month is computed anew",
        tags,
        params: Type.Object({ rule: Rule }),
        body: Type.Object({
          expression: Tree,
          sentence_zh: Type.String({ minLength: 2, maxLength: 400 }),
          sentence_en: Type.String({ minLength: 2, maxLength: 400 }),
        }),
        response: { 201: Type.Object({ version: Type.Integer(), job_id: Type.String() }) },
      },
      config: aboutOne("activity_rule", manage),
    },
    async (request, reply) => {
      const { rule } = request.params;
      const { sentence_zh, sentence_en } = request.body;
      const expression = readCondition(ground, request.body.expression);
      const person_id = request.person?.person_id ?? null;
      const answer = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const [newest] = await ruleVersions(tx, rule);
        if (newest === undefined) throw problem("tiers.rule_not_found", { rule });
        const changed = { ...newest.definition, expression, sentence_zh, sentence_en };
        const now = ground.clock.now();
        const version = await addActiveRule(tx, changed, { origin: "console", person_id, now });
        const months = [todayOf(ground).slice(0, 7)];
        return { version, job_id: await startJob(tx, ground, ACTIVITY, { months }, { person_id }) };
      });
      Object.assign(request.audit_subject, { rule, version: answer.version });
      return reply.code(201).send(answer);
    },
  );
}
