import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, problem } from "../platform/index.ts";
import { jobById, startJob, SYSTEM_SCOPE } from "../store/index.ts";
import { ACTIVATE, type ActivateInput, WHAT_IF, type WhatIfInput } from "./jobs.ts";
import { ladderProblems, readLadder } from "./ladder-check.ts";
import { addVersion, ladderState, newestLadders, newestVersion, versionsOf } from "./ladder-store.ts";
import { membersTotal } from "./standing-store.ts";
import { simulate, type WhatIf, withExamples } from "./what-if.ts";

const tags = ["tiers"];
const read = { access: { permission: "tiers.read", level: "L2" } } as const;
const manage = { access: { permission: "tiers.manage", level: "L2" } } as const;
/** Up to so many members a simulation answers at once; above it is a job. */
const DIRECT_MAX = 50_000;

const Key = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });
const Ladder = Type.Object({ ladder: Key });
/** The form is checked by ladder-check.ts, which says what is wrong where. */
const Definition = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown());

export function ladderRoutes(app: FastifyInstance, ground: Ground): void {
  app.get("/api/tiers/ladders", { schema: { summary: "All ladders, newest versions", tags }, config: read }, async () =>
    ground.store.read(SYSTEM_SCOPE, async (tx) => {
      const state = await ladderState(tx);
      return {
        items: await newestLadders(tx),
        in_force: state === undefined ? null : { ladder: state.ladder, version: state.version },
      };
    }),
  );
  app.get<{ Params: { ladder: string } }>(
    "/api/tiers/ladders/:ladder",
    {
      schema: { summary: "One ladder with all its versions, newest first", tags, params: Ladder },
      config: aboutOne("ladder", read),
    },
    async ({ params }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const versions = await versionsOf(tx, params.ladder);
        if (versions.length === 0) throw problem("tiers.ladder_not_found", { ladder: params.ladder });
        const state = await ladderState(tx);
        return { versions, in_force: state?.ladder === params.ladder ? state.version : null };
      }),
  );
  app.post<{ Body: { definition: unknown } }>(
    "/api/tiers/ladders/check",
    {
      schema: {
        summary: "Says what is wrong with a ladder, and where",
        tags,
        body: Type.Object({ definition: Type.Unknown() }),
      },
      config: read,
    },
    async ({ body }) => ({ problems: ladderProblems(body.definition, ground.catalogue) }),
  );
  app.post<{ Params: { ladder: string }; Body: { definition: unknown } }>(
    "/api/tiers/ladders/:ladder/versions",
    {
      schema: {
        summary: "Save a ladder as a further version (a draft until it is put in force)",
        tags,
        params: Ladder,
        body: Type.Object({ definition: Definition }),
        response: { 201: Type.Object({ ladder: Type.String(), version: Type.Integer() }) },
      },
      config: aboutOne("ladder", manage),
    },
    async (request, reply) => {
      const definition = readLadder(request.body.definition, ground.catalogue);
      const { ladder } = request.params;
      if (definition.key !== ladder) throw problem("tiers.key_taken", { key: definition.key, ladder });
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        addVersion(tx, definition, { origin: "console", person_id, now: ground.clock.now() }),
      );
      Object.assign(request.audit_subject, { ladder, version });
      return reply.code(201).send({ ladder, version });
    },
  );
  activationRoute(app, ground);
  whatIfRoutes(app, ground);
}

function activationRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { ladder: string; version: number }; Body: { protect: boolean } }>(
    "/api/tiers/ladders/:ladder/versions/:version/activate",
    {
      schema: {
        summary: "Put a version in force and move everyone to it",
        tags,
        params: Type.Object({ ladder: Key, version: Type.Integer({ minimum: 1 }) }),
        body: Type.Object({
          protect: Type.Boolean({ description: "A higher tier that is held stays until the current period ends" }),
        }),
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: aboutOne("ladder", manage),
    },
    async (request, reply) => {
      const { ladder, version } = request.params;
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const versions = await versionsOf(tx, ladder);
        if (versions.length === 0) throw problem("tiers.ladder_not_found", { ladder });
        if (!versions.some((row) => row.version === version))
          throw problem("tiers.version_not_found", { ladder, version });
        const input: ActivateInput = { ladder, version, protect: request.body.protect, person_id };
        return startJob(tx, ground, ACTIVATE, input, { key: "activate", person_id });
      });
      Object.assign(request.audit_subject, { ladder, version });
      return reply.code(202).send({ job_id });
    },
  );
}

function whatIfRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: { definition?: unknown; ladder?: string; protect: boolean } }>(
    "/api/tiers/what-if",
    {
      schema: {
        summary: "What a ladder would do to today's members if it were put in force: at once, or as a job",
        tags,
        body: Type.Object({
          definition: Type.Optional(Definition),
          ladder: Type.Optional(Key),
          protect: Type.Boolean(),
        }),
      },
      config: read,
    },
    async (request, reply) => {
      const { definition, ladder, protect } = request.body;
      const wanted = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        if (definition !== undefined) return readLadder(definition, ground.catalogue);
        const version = await newestVersion(tx, ladder ?? "");
        if (version === undefined) throw problem("tiers.ladder_not_found", { ladder: ladder ?? "" });
        return version.definition;
      });
      const members = await ground.store.read(SYSTEM_SCOPE, membersTotal);
      const input: WhatIfInput = { definition: wanted, protect };
      if (members > DIRECT_MAX) {
        const person_id = request.person?.person_id ?? null;
        const job_id = await ground.store.write(SYSTEM_SCOPE, (tx) =>
          startJob(tx, ground, WHAT_IF, input, { person_id }),
        );
        return reply.code(202).send({ job_id });
      }
      const result = await ground.store.write(SYSTEM_SCOPE, (tx) => simulate(tx, ground, wanted, protect));
      return ground.store.read(request.scope, (tx) => withExamples(tx, ground, result));
    },
  );
  app.get<{ Params: { job_id: string } }>(
    "/api/tiers/what-if/:job_id",
    {
      schema: {
        summary: "The result of a simulation that was a job",
        tags,
        params: Type.Object({ job_id: Type.String({ format: "uuid" }) }),
      },
      config: aboutOne("job", read),
    },
    async ({ params, scope }) => {
      const job = await ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, params.job_id));
      if (job.kind !== WHAT_IF) throw problem("jobs.not_found", { job_id: params.job_id });
      if (job.state !== "done") return { job_id: params.job_id, state: job.state };
      return ground.store.read(scope, (tx) => withExamples(tx, ground, job.result as WhatIf));
    },
  );
}
