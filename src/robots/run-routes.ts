import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, newUuid } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { openPictures, stepsOf } from "./film-store.ts";
import { listItems } from "./item-store.ts";
import { robotById } from "./robot-store.ts";
import { requestRun, retryItems, stopRun } from "./robots.ts";
import { runById, runsOf } from "./run-store.ts";
import {
  closed,
  Count,
  Id,
  ItemAnswer,
  itemView,
  Nullable,
  operate,
  read,
  RobotParams,
  Run,
  RunParams,
  runView,
  tags,
  Text,
} from "./views.ts";

const RUNS_PAGE = 30;
const ITEMS_MAX = 200;
const PICTURES_AT_ONCE = 12;

const Keyed = Type.Object({
  "idempotency-key": Type.Optional(Type.String({ pattern: "^[!-~]+$", minLength: 1, maxLength: 120 })),
});
const StartBody = Type.Object(
  {
    inputs: Type.Optional(
      Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]{0,40}$" }), Type.String({ maxLength: 300 })),
    ),
  },
  closed,
);
const RetryBody = Type.Object(
  { items: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 200 }), { minItems: 1, maxItems: 200 })) },
  closed,
);
const RunId = Type.Object({ run_id: Count });
const Step = Type.Object({
  step: Count,
  attempt: Count,
  zh: Text,
  en: Text,
  outcome: Text,
  note_zh: Nullable(Text),
  note_en: Nullable(Text),
  place: Nullable(Text),
  started_at: Text,
  ms: Count,
  has_picture: Type.Boolean(),
});
type OfRobot = { Params: Static<typeof RobotParams> };
type OfRun = { Params: Static<typeof RunParams> };

/** Runs: asked for, stopped, looked at, tried again. */
export function runRoutes(app: FastifyInstance, ground: Ground): void {
  askRoutes(app, ground);
  listRoutes(app, ground);
  filmRoutes(app, ground);
}

function askRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("robot", operate);
  const keyFor = (key: string | undefined) => `asked ${key ?? newUuid(ground.wall.now())}`;
  app.post<OfRobot & { Body: Static<typeof StartBody>; Headers: Static<typeof Keyed> }>(
    "/api/robots/:robot_id/runs",
    {
      schema: {
        summary: "Start a robot now, with inputs over its own; once under its Idempotency-Key",
        tags,
        params: RobotParams,
        headers: Keyed,
        body: StartBody,
        response: { 202: RunId },
      },
      config: one,
    },
    async (request, reply) => {
      const { robot_id } = request.params;
      const { inputs = {} } = request.body;
      const run_key = keyFor(request.headers["idempotency-key"]);
      const asked_by = request.person?.person_id ?? null;
      const { run_id } = await ground.store.write(SYSTEM_SCOPE, (tx) =>
        requestRun(tx, ground, { robot_id, run_key, inputs, asked_by }),
      );
      Object.assign(request.audit_subject, { run_id });
      return reply.code(202).send({ run_id });
    },
  );
  app.post<OfRobot & { Body: Static<typeof RetryBody>; Headers: Static<typeof Keyed> }>(
    "/api/robots/:robot_id/retry",
    {
      schema: {
        summary: "Try failed items again, all or some: a run that looks each up in the back office before it enters it",
        tags,
        params: RobotParams,
        headers: Keyed,
        body: RetryBody,
        response: { 202: RunId },
      },
      config: one,
    },
    async (request, reply) => {
      const by = { run_key: keyFor(request.headers["idempotency-key"]), person_id: request.person?.person_id ?? null };
      const { run_id } = await retryItems(ground, request.params.robot_id, request.body.items ?? null, by);
      Object.assign(request.audit_subject, { run_id, items: request.body.items?.length ?? "all" });
      return reply.code(202).send({ run_id });
    },
  );
  app.post<OfRun>(
    "/api/robots/runs/:run_id/stop",
    {
      schema: {
        summary: "Stop a run; what it has done stays done",
        tags,
        params: RunParams,
        response: { 204: Type.Null() },
      },
      config: aboutOne("robot_run", operate),
    },
    async (request, reply) => {
      await stopRun(ground, request.params.run_id);
      return reply.code(204).send();
    },
  );
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  const Query = Type.Object({ before: Type.Optional(Id) });
  const ItemsQuery = Type.Object({
    run_id: Type.Optional(Id),
    state: Type.Optional(Type.Union(["claimed", "entered", "done", "failed"].map((state) => Type.Literal(state)))),
  });
  app.get<OfRobot & { Querystring: Static<typeof Query> }>(
    "/api/robots/:robot_id/runs",
    {
      schema: {
        summary: "Runs of a robot, the newest first",
        tags,
        params: RobotParams,
        querystring: Query,
        response: { 200: Type.Object({ items: Type.Array(Run), next_cursor: Nullable(Count) }) },
      },
      config: aboutOne("robot", read),
    },
    async ({ params: { robot_id }, query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await robotById(tx, robot_id);
        const rows = await runsOf(tx, robot_id, query.before ?? null, RUNS_PAGE + 1);
        const items = rows.slice(0, RUNS_PAGE).map(runView);
        return { items, next_cursor: rows.length > RUNS_PAGE ? (items.at(-1)?.run_id ?? null) : null };
      }),
  );
  app.get<OfRobot & { Querystring: Static<typeof ItemsQuery> }>(
    "/api/robots/:robot_id/items",
    {
      schema: {
        summary:
          "What a robot enters once each, with the back office's number or why it was not taken; the newest first",
        tags,
        params: RobotParams,
        querystring: ItemsQuery,
        response: { 200: Type.Object({ items: Type.Array(ItemAnswer), limit: Count }) },
      },
      config: aboutOne("robot", read),
    },
    async ({ params: { robot_id }, query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await robotById(tx, robot_id);
        const { run_id = null, state = null } = query;
        const rows = await listItems(tx, { robot_id, run_id, state: state as string | null, limit: ITEMS_MAX });
        return { items: rows.map(itemView), limit: ITEMS_MAX };
      }),
  );
}

function filmRoutes(app: FastifyInstance, ground: Ground): void {
  const Query = Type.Object({ from: Type.Optional(Type.Integer({ minimum: 0 })) });
  app.get<OfRun>(
    "/api/robots/runs/:run_id",
    {
      schema: {
        summary: "One run, step by step",
        tags,
        params: RunParams,
        response: { 200: Type.Object({ run: Run, inputs: Type.Record(Text, Text), steps: Type.Array(Step) }) },
      },
      config: aboutOne("robot_run", read),
    },
    async ({ params: { run_id } }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const run = await runById(tx, run_id);
        const steps = (await stepsOf(tx, run_id)).map((one) => ({ ...one, started_at: one.started_at.toISOString() }));
        return { run: runView(run), inputs: { ...run.inputs }, steps };
      }),
  );
  app.get<OfRun & { Querystring: Static<typeof Query> }>(
    "/api/robots/runs/:run_id/pictures",
    {
      schema: {
        summary: `Pictures of a run from a step on, ${PICTURES_AT_ONCE} at a time; secrets and people in them are covered`,
        tags,
        params: RunParams,
        querystring: Query,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ step: Count, jpeg: Type.String({ description: "As base64" }) })),
            next_from: Nullable(Count),
          }),
        },
      },
      config: aboutOne("robot_run", { access: { ...read.access, audit: "robots.pictures" } }),
    },
    async ({ params: { run_id }, query }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await runById(tx, run_id);
        const from = query.from ?? 0;
        const rows = await openPictures(tx, ground, run_id, { from, limit: PICTURES_AT_ONCE });
        const last = rows.at(-1)?.step ?? null;
        return {
          items: rows.map(({ step, picture }) => ({ step, jpeg: picture.toString("base64") })),
          next_from: rows.length === PICTURES_AT_ONCE && last !== null ? last + 1 : null,
        };
      }),
  );
}
