import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { aboutOne, problem } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { clvRoutes } from "./clv-routes.ts";
import { flowRoutes } from "./flow-routes.ts";
import { lostRuleRoutes } from "./lost-rule-routes.ts";
import { COMPUTE, COMPUTE_KEY } from "./jobs.ts";
import { cellRows, mapRows, memberPage } from "./rfm-page.ts";
import {
  activate,
  activeVersion,
  addVersion,
  currentRun,
  listVersions,
  type Run,
  versionByNumber,
} from "./run-store.ts";
import { staleSince } from "./stale-store.ts";

const tags = ["value"];
const read = { access: { permission: "value.read", level: "L3", enter: "L2" } } as const;
const manage = { access: { permission: "value.manage", level: "L2" } } as const;

const MembersQuery = Type.Object({
  cell: Type.Optional(
    Type.Union([Type.String({ pattern: "^[ABC][123]$" }), Type.Literal("never"), Type.Literal("over_365")]),
  ),
  level: Type.Optional(Type.Integer({ minimum: 1, maximum: 3 })),
  f_band: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
  m_band: Type.Optional(Type.Integer({ minimum: 1, maximum: 5 })),
  cursor: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});
const NewThresholds = Type.Object({
  m_hi_minor: Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 }),
  f_hi: Type.Integer({ minimum: 1, maximum: 365 }),
  r1_days: Type.Integer({ minimum: 0, maximum: 364 }),
  r2_days: Type.Integer({ minimum: 1, maximum: 365 }),
});
const Started = Type.Object({ job_id: Type.String(), version: Type.Optional(Type.Integer()) });

export function valueRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/rfm",
    { schema: { summary: "RFM: nine cells, the maps, thresholds and who is outside", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const run = await currentRun(tx);
        return run === undefined ? { state: "none" } : view(tx, run);
      }),
  );
  app.get<{ Querystring: Static<typeof MembersQuery> }>(
    "/api/rfm/members",
    {
      schema: {
        summary: "Members of a cell, of a place of a map, or of a group outside",
        tags,
        querystring: MembersQuery,
      },
      config: read,
    },
    async ({ query, scope }) =>
      ground.store.read(scope, async (tx) => {
        const run = await currentRun(tx);
        if (run === undefined) return { items: [], next_cursor: null };
        const { member_ids, next_cursor } = await memberPage(tx, run, query, scope, query.cursor, query.limit ?? 50);
        return { items: await memberRowsById(tx, ground, member_ids), next_cursor };
      }),
  );
  versionRoutes(app, ground);
  clvRoutes(app, ground);
  flowRoutes(app, ground);
  lostRuleRoutes(app, ground);
}

async function view(tx: Tx, run: Run) {
  const cells = await cellRows(tx);
  return {
    state: "ready",
    business_day: run.business_day,
    data_ended: run.data_ended,
    computed_at: run.computed_at,
    stale: (await staleSince(tx)) !== undefined,
    version: run.version,
    thresholds: {
      m_hi_minor: run.m_hi_minor,
      f_hi: run.f_hi,
      r1_days: run.r1_days,
      r2_days: run.r2_days,
      derived_at: run.thresholds_at,
    },
    population: cells.reduce((sum, cell) => sum + cell.members, 0),
    others: {
      never: run.never,
      over_365: run.over_365,
      flagged: run.flagged,
      refused: run.refused,
      other_currency: run.other_currency,
    },
    currency: run.currency,
    cells,
    map: await mapRows(tx, run),
    bands: { f: run.f_edges, m_minor: run.m_edges },
  };
}

function versionRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/rfm/versions",
    { schema: { summary: "All versions of the thresholds, newest first", tags }, config: read },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        items: await listVersions(tx),
        active: (await activeVersion(tx))?.version ?? null,
      })),
  );
  app.post(
    "/api/rfm/derive",
    {
      schema: {
        summary: "Derive the thresholds anew as a further version and put it in force",
        tags,
        response: { 202: Started },
      },
      config: manage,
    },
    async (request, reply) => {
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) => recompute(tx, ground, request, "derive"));
      return reply.code(202).send({ job_id });
    },
  );
  app.post<{ Body: Static<typeof NewThresholds> }>(
    "/api/rfm/versions",
    {
      schema: {
        summary: "Set the thresholds by hand, as a further version in force",
        tags,
        body: NewThresholds,
        response: { 202: Started },
      },
      config: manage,
    },
    async (request, reply) => {
      const { r1_days, r2_days } = request.body;
      if (r1_days >= r2_days) throw problem("value.thresholds_invalid", { r1_days, r2_days });
      const answer = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        // the job first: one that is at work refuses it before a wait for its end
        const job_id = await recompute(tx, ground, request, "keep");
        return { job_id, version: await setVersion(tx, ground, request.body, personOf(request)) };
      });
      request.audit_subject["version"] = answer.version;
      return reply.code(202).send(answer);
    },
  );
  activateRoute(app, ground);
}

function activateRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { version: number } }>(
    "/api/rfm/versions/:version/activate",
    {
      schema: {
        summary: "Put an older version of the thresholds in force again",
        tags,
        params: Type.Object({ version: Type.Integer({ minimum: 1 }) }),
        response: { 202: Started },
      },
      config: aboutOne("rfm_version", manage),
    },
    async (request, reply) => {
      const { version } = request.params;
      const job_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        if ((await versionByNumber(tx, version)) === undefined) throw problem("value.version_not_found", { version });
        await activate(tx, version, personOf(request), ground.clock.now());
        return recompute(tx, ground, request, "keep");
      });
      request.audit_subject["version"] = version;
      return reply.code(202).send({ job_id, version });
    },
  );
}

const personOf = (request: FastifyRequest): number | null => request.person?.person_id ?? null;

async function recompute(
  tx: Tx,
  ground: Ground,
  request: FastifyRequest,
  thresholds: "keep" | "derive",
): Promise<string> {
  const person_id = personOf(request);
  return startJob(tx, ground, COMPUTE, { thresholds, person_id }, { key: COMPUTE_KEY, person_id });
}

async function setVersion(
  tx: Tx,
  ground: Ground,
  thresholds: Static<typeof NewThresholds>,
  person_id: number | null,
): Promise<number> {
  const run = await currentRun(tx);
  const now = ground.clock.now();
  const version = await addVersion(tx, {
    ...thresholds,
    currency: run?.currency ?? ground.config.currency,
    origin: "set",
    business_day: run?.business_day ?? now.toISOString().slice(0, 10),
    population: run?.population ?? 0,
    person_id,
    created_at: now,
  });
  await activate(tx, version, person_id, now);
  return version;
}
