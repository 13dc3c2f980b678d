import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { cancelJob, jobById, listJobs } from "./jobs.ts";
import { SYSTEM_SCOPE } from "./store.ts";
import { aboutOne } from "../platform/index.ts";

const LIMIT_MAX = 100;
const tags = ["store"];
const Job = Type.Object({ job_id: Type.String({ format: "uuid" }) });

/** Long work as people see it: what runs, how far it is, stop it. */
export function jobRoutes(app: FastifyInstance, ground: Ground): void {
  const config = { access: { permission: "jobs.read", level: "L2" } } as const;
  const manage = { access: { permission: "jobs.manage", level: "L2" } } as const;
  app.get<{ Querystring: { state?: string } }>(
    "/api/jobs",
    {
      schema: {
        summary: "Recent jobs, newest first",
        tags,
        querystring: Type.Object({ state: Type.Optional(Type.String()) }),
      },
      config,
    },
    async (request) => {
      const filter = { limit: LIMIT_MAX, ...(request.query.state === undefined ? {} : { state: request.query.state }) };
      return { items: await ground.store.read(SYSTEM_SCOPE, (tx) => listJobs(tx, filter)) };
    },
  );
  app.get<{ Params: { job_id: string } }>(
    "/api/jobs/:job_id",
    { schema: { summary: "One job", tags, params: Job }, config: aboutOne("job", config) },
    async (request) => ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, request.params.job_id)),
  );
  app.post<{ Params: { job_id: string } }>(
    "/api/jobs/:job_id/cancel",
    { schema: { summary: "Ask a job to stop", tags, params: Job }, config: aboutOne("job", manage) },
    async (request) => ground.store.write(SYSTEM_SCOPE, (tx) => cancelJob(tx, ground, request.params.job_id)),
  );
}
