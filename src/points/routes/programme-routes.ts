import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../../ground.ts";
import { aboutOne, Day, daysBetween, problem } from "../../platform/index.ts";
import { jobById, startJob, SYSTEM_SCOPE, type Tx } from "../../store/index.ts";
import { todayOf } from "../ledger/ledger.ts";
import { REPLAY, type ReplayInput } from "../jobs.ts";
import type { Programme } from "../rules/programme.ts";
import { programmeProblems, readProgramme } from "../rules/programme-check.ts";
import {
  activateProgramme,
  addProgrammeVersion,
  allTerms,
  newestProgrammes,
  programmeVersion,
  programmeVersions,
  termsOn,
  withdrawActivation,
} from "../rules/programme-store.ts";
import { markEverybody } from "../rules/settle-store.ts";
import { Nullable, tags } from "./route-parts.ts";

const REPLAY_DAYS_MAX = 1_100;
const read = { access: { permission: "points.read", level: "L2" } } as const;
const manage = { access: { permission: "points.manage", level: "L2" } } as const;

const Key = Type.String({ pattern: "^[a-z][a-z0-9_]{0,39}$" });
const ProgrammeKey = Type.Object({ programme: Key });
/** The form is checked by programme-check.ts, which says what is wrong where. */
const Definition = Type.Record(Type.String({ maxLength: 40 }), Type.Unknown());
const Version = Type.Object({
  programme: Type.String(),
  version: Type.Integer(),
  definition: Type.Unknown(),
  origin: Type.String(),
  created_at: Type.String(),
});
const Activation = Type.Object({
  activation_id: Type.Integer(),
  programme: Type.String(),
  version: Type.Integer(),
  from_day: Type.String(),
  zh: Type.String(),
  en: Type.String(),
});

async function activations(tx: Tx) {
  return (await allTerms(tx)).map(({ definition, ...rest }) => ({ ...rest, zh: definition.zh, en: definition.en }));
}

export function programmeRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/points/programmes",
    {
      schema: {
        summary: "Points programmes, newest versions, and which version holds from which day on",
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ ...Version.properties, versions: Type.Integer() })),
            activations: Type.Array(Activation),
            today: Type.String(),
          }),
        },
      },
      config: read,
    },
    async () =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        items: await newestProgrammes(tx),
        activations: await activations(tx),
        today: todayOf(ground),
      })),
  );
  app.get<{ Params: Static<typeof ProgrammeKey> }>(
    "/api/points/programmes/:programme",
    {
      schema: {
        summary: "One programme with all its versions, newest first",
        tags,
        params: ProgrammeKey,
        response: { 200: Type.Object({ versions: Type.Array(Version), activations: Type.Array(Activation) }) },
      },
      config: aboutOne("points_programme", read),
    },
    async ({ params: { programme } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const versions = await programmeVersions(tx, programme);
        if (versions.length === 0) throw problem("points.programme_not_found", { programme });
        return { versions, activations: (await activations(tx)).filter((one) => one.programme === programme) };
      }),
  );
  app.post<{ Body: { definition: unknown } }>(
    "/api/points/programmes/check",
    {
      schema: {
        summary: "Says what is wrong with a programme, and where",
        tags,
        body: Type.Object({ definition: Type.Unknown() }),
      },
      config: read,
    },
    async ({ body }) => ({ problems: programmeProblems(body.definition) }),
  );
  versionRoute(app, ground);
  activationRoutes(app, ground);
  replayRoutes(app, ground);
}

function versionRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof ProgrammeKey>; Body: { definition: unknown } }>(
    "/api/points/programmes/:programme/versions",
    {
      schema: {
        summary: "Save a programme as a further version; it holds when it is put in force",
        tags,
        params: ProgrammeKey,
        body: Type.Object({ definition: Definition }),
        response: { 201: Type.Object({ programme: Type.String(), version: Type.Integer() }) },
      },
      config: aboutOne("points_programme", manage),
    },
    async (request, reply) => {
      const definition = readProgramme(request.body.definition);
      const { programme } = request.params;
      if (definition.key !== programme) throw problem("points.key_differs", { key: definition.key, programme });
      const person_id = request.person?.person_id ?? null;
      const version = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        addProgrammeVersion(tx, definition, { origin: "console", person_id, now: ground.clock.now() }),
      );
      Object.assign(request.audit_subject, { programme, version });
      return reply.code(201).send({ programme, version });
    },
  );
}

function activationRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: { programme: string; version: number }; Body: { from_day: string } }>(
    "/api/points/programmes/:programme/versions/:version/activate",
    {
      schema: {
        summary: "Let a version hold from a day on; what was ordered before keeps its terms",
        tags,
        params: Type.Object({ programme: Key, version: Type.Integer({ minimum: 1 }) }),
        body: Type.Object({ from_day: Day }),
        response: { 200: Type.Object({ from_day: Type.String() }) },
      },
      config: aboutOne("points_programme", manage),
    },
    async (request) => {
      const { programme, version } = request.params;
      const { from_day } = request.body;
      const by = { person_id: request.person?.person_id ?? null, now: ground.clock.now(), today: todayOf(ground) };
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await activateProgramme(tx, { programme, version, from_day }, by);
        // a first programme may reach back, and then everybody has earned something
        if (from_day <= by.today) await markEverybody(tx, by.now);
      });
      Object.assign(request.audit_subject, { programme, version, from_day });
      return { from_day };
    },
  );
  app.post<{ Params: { activation_id: number } }>(
    "/api/points/activations/:activation_id/withdraw",
    {
      schema: {
        summary: "Take back a change of the programme that does not hold yet",
        tags,
        params: Type.Object({ activation_id: Type.Integer({ minimum: 1 }) }),
        response: { 200: Type.Object({ withdrawn: Type.Boolean() }) },
      },
      config: aboutOne("points_programme", manage),
    },
    async (request) => {
      const { activation_id } = request.params;
      const by = { now: ground.clock.now(), today: todayOf(ground) };
      const withdrawn = await ground.store.write(SYSTEM_SCOPE, (tx) => withdrawActivation(tx, activation_id, by));
      if (!withdrawn) throw problem("points.activation_holds", { activation_id });
      Object.assign(request.audit_subject, { activation_id });
      return { withdrawn };
    },
  );
}

const ReplayBody = Type.Object({
  definition: Type.Optional(Definition),
  programme: Type.Optional(Key),
  version: Type.Optional(Type.Integer({ minimum: 1 })),
  from_day: Day,
  to_day: Day,
});

function replayRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof ReplayBody> }>(
    "/api/points/simulations",
    {
      schema: {
        summary: "What a programme would have given for the real orders of some days, beside the one in force: a job",
        tags,
        body: ReplayBody,
        response: { 202: Type.Object({ job_id: Type.String() }) },
      },
      config: read,
    },
    async (request, reply) => {
      const { from_day, to_day } = request.body;
      const today = todayOf(ground);
      if (to_day > today || to_day < from_day || daysBetween(from_day, to_day) > REPLAY_DAYS_MAX)
        throw problem("points.replay_days", { from_day, to_day, max: REPLAY_DAYS_MAX });
      const person_id = request.person?.person_id ?? null;
      const job_id = await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        const draft = await draftOf(tx, request.body);
        const against = termsOn(await allTerms(tx), today)?.definition ?? null;
        const input: ReplayInput = { draft, against, from_day, to_day };
        return startJob(tx, ground, REPLAY, input, { person_id });
      });
      return reply.code(202).send({ job_id });
    },
  );
  app.get<{ Params: { job_id: string } }>(
    "/api/points/simulations/:job_id",
    {
      schema: {
        summary: "The result of a replay, or how far it has come",
        tags,
        params: Type.Object({ job_id: Type.String({ format: "uuid" }) }),
        response: {
          200: Type.Object({
            job_id: Type.String(),
            state: Type.String(),
            done: Type.Integer(),
            total: Nullable(Type.Integer()),
            result: Type.Unknown(),
          }),
        },
      },
      config: aboutOne("job", read),
    },
    async ({ params: { job_id } }) => {
      const job = await ground.store.read(SYSTEM_SCOPE, (tx) => jobById(tx, job_id));
      if (job.kind !== REPLAY) throw problem("jobs.not_found", { job_id });
      return { job_id, state: job.state, done: job.done, total: job.total, result: job.result };
    },
  );
}

async function draftOf(tx: Tx, body: Static<typeof ReplayBody>): Promise<Programme> {
  if (body.definition !== undefined) return readProgramme(body.definition);
  const { programme = "", version } = body;
  const versions = await programmeVersions(tx, programme);
  const newest = versions[0]?.version;
  if (newest === undefined) throw problem("points.programme_not_found", { programme });
  return (await programmeVersion(tx, programme, version ?? newest)).definition;
}
