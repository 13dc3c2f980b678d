import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { memberRowsById } from "../members/index.ts";
import { problem } from "../platform/index.ts";
import { startJob, SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { bandRows, clvPage, distribution } from "./clv-page.ts";
import { addClvVersion, type ClvRun, clvVersions, currentClvRun } from "./clv-run-store.ts";
import { CLV_KEY, COMPUTE_CLV } from "./jobs.ts";

const tags = ["value"];
const read = { access: { permission: "value.read", level: "L3", enter: "L2" } } as const;
const manage = { access: { permission: "value.manage", level: "L2" } } as const;

const MINOR_MAX = 1_000_000_000_000;
const Minor = Type.Integer({ minimum: -MINOR_MAX, maximum: MINOR_MAX });
const MembersQuery = Type.Object({
  band: Type.Optional(Type.Union([Type.Literal("high"), Type.Literal("middle"), Type.Literal("low")])),
  cell: Type.Optional(Type.String({ pattern: "^[ABC][123]$" })),
  from_minor: Type.Optional(Minor),
  to_minor: Type.Optional(Minor),
  cursor: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
});
const Borders = Type.Object({
  high_minor: Type.Integer({ minimum: 1, maximum: MINOR_MAX }),
  middle_minor: Type.Integer({ minimum: 0, maximum: MINOR_MAX }),
});
const Started = Type.Object({ job_id: Type.String(), version: Type.Optional(Type.Integer()) });

export function clvRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/clv",
    {
      schema: { summary: "Lifetime value: parameters, bands, distribution, models and their errors", tags },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const run = await currentClvRun(tx);
        return run === undefined ? { state: "none" } : view(tx, run);
      }),
  );
  app.get<{ Querystring: Static<typeof MembersQuery> }>(
    "/api/clv/members",
    {
      schema: { summary: "Members of a band, an RFM cell or a range of values", tags, querystring: MembersQuery },
      config: read,
    },
    async ({ query, scope }) =>
      ground.store.read(scope, async (tx) => {
        const { member_ids, next_cursor } = await clvPage(tx, query, scope, query.cursor, query.limit ?? 50);
        return { items: await memberRowsById(tx, ground, member_ids), next_cursor };
      }),
  );
  borderRoutes(app, ground);
}

function borderRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/clv/versions",
    {
      schema: { summary: "All versions of the band borders, newest first; the first is in force", tags },
      config: read,
    },
    async () => ({ items: await ground.store.read(SYSTEM_SCOPE, clvVersions) }),
  );
  app.post<{ Body: Static<typeof Borders> }>(
    "/api/clv/versions",
    {
      schema: {
        summary: "Set the band borders by hand, as a further version in force",
        tags,
        body: Borders,
        response: { 202: Started },
      },
      config: manage,
    },
    async (request, reply) => {
      const { high_minor, middle_minor } = request.body;
      if (middle_minor > high_minor) throw problem("value.borders_invalid", { high_minor, middle_minor });
      const person_id = request.person?.person_id ?? null;
      const answer = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        // first: where a computation is at work already, its refusal comes before a wait for its end
        const job_id = await start(tx, ground, "keep", person_id);
        const run = await currentClvRun(tx);
        const created_at = ground.clock.now();
        const version = await addClvVersion(tx, {
          high_minor,
          middle_minor,
          currency: run?.currency ?? ground.config.currency,
          origin: "set",
          business_day: run?.business_day ?? created_at.toISOString().slice(0, 10),
          population: run?.population ?? 0,
          person_id,
          created_at,
        });
        return { version, job_id };
      });
      request.audit_subject["version"] = answer.version;
      return reply.code(202).send(answer);
    },
  );
  app.post(
    "/api/clv/derive",
    {
      schema: {
        summary: "Derive the band borders anew as a further version and put it in force",
        tags,
        response: { 202: Started },
      },
      config: manage,
    },
    async (request, reply) => {
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) => start(tx, ground, "derive", person_id));
      return reply.code(202).send({ job_id });
    },
  );
}

const start = (tx: Tx, ground: Ground, borders: "keep" | "derive", person_id: number | null): Promise<string> =>
  startJob(tx, ground, COMPUTE_CLV, { borders, person_id }, { key: CLV_KEY, person_id });

async function view(tx: Tx, run: ClvRun) {
  const { growth } = run.parameters;
  return {
    state: "ready",
    business_day: run.business_day,
    currency: run.currency,
    computed_at: run.computed_at,
    population: run.population,
    version: run.version,
    rfm_version: run.rfm_version,
    borders: { high_minor: run.high_minor, middle_minor: run.middle_minor },
    parameters: { ...run.parameters, growth: Number(growth.n) / Number(growth.d) },
    models: run.models,
    hold_out: run.hold_out,
    bands: await bandRows(tx),
    distribution: await distribution(tx),
  };
}
