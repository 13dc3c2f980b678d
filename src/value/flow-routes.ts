import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { problem } from "../platform/index.ts";
import { build as q } from "../query/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { bookOf, followSwitches, tagSpread } from "../tags/index.ts";
import { readPlace, writePlace } from "./clv-page.ts";
import { type FlowKind, flowRun, flowsOf, silenceRows, silentPage } from "./flow-store.ts";
import { FLOWS, FLOWS_KEY } from "./jobs.ts";
import { knownReasons } from "./lifecycle.ts";
import { currentRun } from "./run-store.ts";
import { SILENT_GROUPS, SILENT_STAGES } from "./silence.ts";
import { movesBy, quantileThresholds } from "./what-if-store.ts";

const tags = ["value"];
const read = { access: { permission: "value.read", level: "L3", enter: "L2" } } as const;
const manage = { access: { permission: "value.manage", level: "L2" } } as const;

const WhatIf = Type.Object({
  m_hi_minor: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 })),
  f_hi: Type.Optional(Type.Integer({ minimum: 1, maximum: 365 })),
  r1_days: Type.Integer({ minimum: 0, maximum: 364 }),
  r2_days: Type.Integer({ minimum: 1, maximum: 365 }),
  high_percent: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 99,
      description: "The share of members whose net spend is high, in hundredths; instead of m_hi_minor and f_hi",
    }),
  ),
});

const SilentQuery = Type.Object({
  stage: Type.Union(SILENT_STAGES.map((stage) => Type.Literal(stage))),
  reason: Type.Optional(Type.String({ maxLength: 40, pattern: "^[a-z_]+$" })),
  primary: Type.Optional(Type.Boolean({ description: "Only where the sign is the first that holds" })),
  cursor: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});

export function flowRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof WhatIf> }>(
    "/api/rfm/what-if",
    {
      schema: {
        summary: "How many members would change their cell by other thresholds; saves nothing",
        tags,
        body: WhatIf,
      },
      config: read,
    },
    async ({ body }) => ground.store.read(SYSTEM_SCOPE, (tx) => whatIf(tx, body)),
  );
  app.get(
    "/api/rfm/flows",
    { schema: { summary: "Members by RFM cell at month ends, and how they moved", tags }, config: read },
    async () => ground.store.read(SYSTEM_SCOPE, (tx) => flowView(tx, "rfm")),
  );
  app.get(
    "/api/lifecycle",
    {
      schema: { summary: "Lifecycle stages at month ends, how members moved, and why they are silent", tags },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await followSwitches(tx, bookOf(ground));
        return {
          ...(await flowView(tx, "lifecycle")),
          stages: bookOf(ground).get("lifecycle_stage")?.definition.values ?? [],
          current: await currentStages(tx, ground),
          silence: await silenceView(tx, ground),
        };
      }),
  );
  silentRoute(app, ground);
  app.post(
    "/api/lifecycle/compute",
    {
      schema: {
        summary: "Count stages, flows and reasons anew",
        tags,
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        startJob(tx, ground, FLOWS, {}, { key: FLOWS_KEY, person_id }),
      );
      return reply.code(202).send({ job_id });
    },
  );
}

function silentRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof SilentQuery> }>(
    "/api/lifecycle/silent/members",
    {
      schema: { summary: "Silent members of a group, or those with a sign", tags, querystring: SilentQuery },
      config: read,
    },
    async ({ query, scope }) =>
      ground.store.read(scope, async (tx) => {
        const limit = query.limit ?? 50;
        const stores = scope.stores === "all" ? null : scope.stores;
        const member_ids = await silentPage(tx, query, stores, readPlace(query.cursor)?.[1] ?? 0, limit);
        const last = member_ids.at(-1);
        return {
          items: await memberRowsById(tx, ground, member_ids),
          next_cursor: member_ids.length === limit && last !== undefined ? writePlace([0, last]) : null,
        };
      }),
  );
}

async function whatIf(tx: Tx, body: Static<typeof WhatIf>) {
  const { r1_days, r2_days, high_percent } = body;
  if (r1_days >= r2_days) throw problem("value.thresholds_invalid", { r1_days, r2_days });
  const run = await currentRun(tx);
  if (run === undefined) return { state: "none" };
  const by = high_percent === undefined ? undefined : await quantileThresholds(tx, high_percent);
  const { m_hi_minor, f_hi } = by ?? { m_hi_minor: body.m_hi_minor ?? run.m_hi_minor, f_hi: body.f_hi ?? run.f_hi };
  const thresholds = { m_hi_minor, f_hi, r1_days, r2_days };
  const moves = await movesBy(tx, thresholds);
  const moved = (differ: (from: string, to: string) => boolean) =>
    moves.reduce((sum, move) => sum + (differ(move.from_cell, move.to_cell) ? move.members : 0), 0);
  return {
    state: "ready",
    thresholds,
    moves,
    changed_cell: moved((from, to) => from !== to),
    changed_class: moved((from, to) => from[0] !== to[0]),
  };
}

async function flowView(tx: Tx, kind: FlowKind) {
  const run = await flowRun(tx, kind);
  if (run === undefined) return { state: "none" as const };
  const { first_month, through_day, version, engine, computed_at } = run;
  return {
    state: "ready" as const,
    first_month,
    through_day,
    version,
    engine,
    computed_at,
    flows: await flowsOf(tx, kind),
  };
}

/** Members by stage now, as the tag has them. */
async function currentStages(tx: Tx, ground: Ground) {
  if (bookOf(ground).get("lifecycle_stage") === undefined) return [];
  return (await tagSpread(tx)).get("lifecycle_stage") ?? [];
}

async function silenceView(tx: Tx, ground: Ground) {
  const rows = await silenceRows(tx);
  return rows.map((row) => {
    const reasons = new Map(knownReasons(ground, row.closed_stores).map((reason) => [reason.key, reason]));
    return {
      stage: row.stage,
      members: row.members,
      business_day: row.business_day,
      categories: row.categories,
      condition: SILENT_GROUPS[row.stage],
      reasons: row.reasons.flatMap((counted) => {
        const reason = counted.key === "other" ? NO_REASON : reasons.get(counted.key);
        if (reason === undefined) return [];
        const { zh, en, rule_zh, rule_en, condition } = reason;
        const within = condition === null ? null : q.and(SILENT_GROUPS[row.stage], condition);
        return [{ ...counted, zh, en, rule_zh, rule_en, condition: within }];
      }),
    };
  });
}

const NO_REASON = {
  zh: "没有上述迹象",
  en: "None of these",
  rule_zh: "以上规则都不符合。",
  rule_en: "None of the rules above holds.",
  condition: null,
};
