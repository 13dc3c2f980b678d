import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import { FLOWS } from "../../robots/index.ts";
import { staffNames } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne, addDays, businessDay, problem, startOfDay, timeOfDay } from "../platform/index.ts";
import { SYSTEM_SCOPE, type Tx } from "../store/index.ts";
import { flowOf, inputFields, originsOf } from "./flows.ts";
import { countFailed } from "./item-store.ts";
import { deleteRobot, listRobots, type RobotRow, robotById, ROBOTS_MAX, secretsSet } from "./robot-store.ts";
import { changeRobot, makeRobot, setSecret, takeOver } from "./robots.ts";
import { lastRuns, openRun, type RunRow } from "./run-store.ts";
import { runRoutes } from "./run-routes.ts";
import {
  closed,
  Count,
  iso,
  manage,
  Nullable,
  read,
  RobotParams,
  Run,
  runView,
  stoppedWords,
  tags,
  Text,
} from "./views.ts";

const FLOW_KEY = "^[a-z][a-z0-9_]{1,58}$";
const Name = Type.String({ minLength: 1, maxLength: 60 });
const Inputs = Type.Record(Type.String({ pattern: "^[a-z][a-z0-9_]{0,40}$" }), Type.String({ maxLength: 300 }));
const DailyAt = Nullable(
  Type.String({
    pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    description: "Business time of day; null: on demand only",
  }),
);
const Patience = Type.Integer({ minimum: 1, maximum: 120, description: "Seconds for what should be on a page" });
const NewBody = Type.Object(
  {
    flow: Type.String({ pattern: FLOW_KEY }),
    name: Name,
    inputs: Inputs,
    daily_at: DailyAt,
    patience_seconds: Type.Optional(Patience),
  },
  closed,
);
const ChangeBody = Type.Object(
  {
    name: Type.Optional(Name),
    inputs: Type.Optional(Inputs),
    daily_at: Type.Optional(DailyAt),
    patience_seconds: Type.Optional(Patience),
    on: Type.Optional(Type.Boolean()),
  },
  closed,
);
const SecretParams = Type.Object({ ...RobotParams.properties, name: Type.String({ pattern: FLOW_KEY }) });
const SecretBody = Type.Object({ value: Type.String({ minLength: 1, maxLength: 500 }) }, closed);

const Field = Type.Object({
  name: Text,
  zh: Text,
  en: Text,
  required: Type.Boolean(),
  address: Type.Boolean({ description: "Names a place that the robot visits; it visits no other" }),
  default: Nullable(Text),
});
const FlowAnswer = Type.Object({
  flow: Text,
  zh: Text,
  en: Text,
  sentence_zh: Text,
  sentence_en: Text,
  inputs: Type.Array(Field),
  secrets: Type.Array(Type.Object({ name: Text, zh: Text, en: Text })),
  needs: Type.Array(Type.Object({ permission: Text, level: Text })),
  minutes_max: Count,
});
const Robot = Type.Object({
  robot_id: Count,
  flow: Text,
  flow_zh: Text,
  flow_en: Text,
  sentence_zh: Text,
  sentence_en: Text,
  name: Text,
  owner: Nullable(Text),
  mine: Type.Boolean(),
  inputs: Inputs,
  origins: Type.Array(Text),
  daily_at: Nullable(Text),
  next_at: Nullable(Text),
  patience_seconds: Count,
  state: Text,
  stopped_zh: Nullable(Text),
  stopped_en: Nullable(Text),
  secrets: Type.Array(Type.Object({ name: Text, zh: Text, en: Text, set_at: Nullable(Text) })),
  failed_items: Count,
  last_run: Nullable(Run),
});
const Forgotten = Type.Object({
  secrets_forgotten: Type.Boolean({ description: "They have to be set anew" }),
});
type One = { Params: Static<typeof RobotParams> };

/** Robots: what they can be, what they are, who owns them; their runs are in run-routes.ts. */
export function robotRoutes(app: FastifyInstance, ground: Ground): void {
  listRoutes(app, ground);
  makeRoute(app, ground);
  changeRoutes(app, ground);
  secretRoute(app, ground);
  runRoutes(app, ground);
}

/** Who asks, by name: a program owns no robot. @throws robots.owner_only */
function personOf({ person, client }: FastifyRequest): number {
  if (person === undefined || client !== undefined) throw problem("robots.owner_only");
  return person.person_id;
}

/** When it starts by itself next, in the business time zone. */
function nextAt(ground: Ground, { state, daily_at, last_day }: RobotRow): string | null {
  if (state !== "on" || daily_at === null) return null;
  const { timezone } = ground.config;
  const today = businessDay(ground.clock.now(), timezone);
  const day = last_day !== null && last_day >= today ? addDays(today, 1) : today;
  const [hours = 0, minutes = 0] = daily_at.split(":").map(Number);
  const at = new Date(startOfDay(day, timezone).getTime() + (hours * 60 + minutes) * 60_000);
  // where clocks were moved that day, by the clock on the wall
  const off = timeOfDay(at, timezone) === daily_at ? 0 : 1;
  return new Date(at.getTime() - off * 3_600_000).toISOString();
}

async function robotViews(tx: Tx, ground: Ground, rows: readonly RobotRow[], person_id: number | undefined) {
  const names = await staffNames(
    tx,
    rows.map(({ owner_id }) => owner_id),
  );
  const set = await secretsSet(
    tx,
    rows.map(({ robot_id }) => robot_id),
  );
  const failed = await countFailed(tx);
  const last = new Map<number, RunRow>((await lastRuns(tx)).map((run) => [run.robot_id, run]));
  return rows.map((row) => {
    const flow = FLOWS.find((one) => one.key === row.flow);
    const run = last.get(row.robot_id);
    return {
      robot_id: row.robot_id,
      flow: row.flow,
      flow_zh: flow?.zh ?? row.flow,
      flow_en: flow?.en ?? row.flow,
      sentence_zh: flow?.sentence_zh ?? "",
      sentence_en: flow?.sentence_en ?? "",
      name: row.name,
      owner: row.owner_id === null ? null : (names.get(row.owner_id) ?? null),
      mine: row.owner_id !== null && row.owner_id === person_id,
      inputs: row.inputs,
      origins: flow === undefined ? [] : originsOf(flow, row.inputs),
      daily_at: row.daily_at,
      next_at: nextAt(ground, row),
      patience_seconds: row.patience_seconds,
      state: row.state,
      ...stoppedWords(row.stopped_why),
      secrets: Object.entries(flow?.secrets ?? {}).map(([name, { zh, en }]) => ({
        name,
        zh,
        en,
        set_at: iso(set.find((one) => one.robot_id === row.robot_id && one.name === name)?.set_at ?? null),
      })),
      failed_items: failed.get(row.robot_id) ?? 0,
      last_run: run === undefined ? null : runView(run),
    };
  });
}

function listRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/robots/flows",
    {
      schema: {
        summary: "What a robot can be made of: flows with their inputs, secrets and what their owner must be allowed",
        tags,
        response: { 200: Type.Object({ items: Type.Array(FlowAnswer) }) },
      },
      config: read,
    },
    async () => ({
      items: FLOWS.map((flow) => ({
        flow: flow.key,
        zh: flow.zh,
        en: flow.en,
        sentence_zh: flow.sentence_zh,
        sentence_en: flow.sentence_en,
        inputs: inputFields(flow),
        secrets: Object.entries(flow.secrets).map(([name, { zh, en }]) => ({ name, zh, en })),
        needs: [...flow.needs],
        minutes_max: flow.minutes_max,
      })),
    }),
  );
  app.get(
    "/api/robots",
    {
      schema: {
        summary: "Robots with their owner, how they stand, their last run and when they start next",
        tags,
        response: { 200: Type.Object({ items: Type.Array(Robot), robots_max: Count }) },
      },
      config: read,
    },
    async ({ person }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        items: await robotViews(tx, ground, await listRobots(tx), person?.person_id),
        robots_max: ROBOTS_MAX,
      })),
  );
  app.get<One>(
    "/api/robots/:robot_id",
    {
      schema: { summary: "One robot", tags, params: RobotParams, response: { 200: Robot } },
      config: aboutOne("robot", read),
    },
    async ({ params, person }) =>
      ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const [view] = await robotViews(tx, ground, [await robotById(tx, params.robot_id)], person?.person_id);
        if (view === undefined) throw problem("robots.unknown", { robot_id: params.robot_id });
        return view;
      }),
  );
}

function makeRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof NewBody> }>(
    "/api/robots",
    {
      schema: {
        summary: "Make a robot of a flow; whoever makes it owns it, and it works with their rights",
        tags,
        body: NewBody,
        response: { 201: Type.Object({ robot_id: Count }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const robot_id = await makeRobot(ground, request.body, personOf(request));
      const { flow, daily_at } = request.body;
      const { inputs } = request.body;
      Object.assign(request.audit_subject, {
        robot_id,
        flow,
        daily_at,
        origins: originsOf(flowOf(flow), inputs).join(" "),
      });
      return reply.code(201).send({ robot_id });
    },
  );
}

function changeRoutes(app: FastifyInstance, ground: Ground): void {
  const one = aboutOne("robot", manage);
  app.patch<One & { Body: Static<typeof ChangeBody> }>(
    "/api/robots/:robot_id",
    {
      schema: {
        summary:
          "Change a robot, pause it or turn it on; its inputs only by its owner; another address forgets its secrets",
        tags,
        params: RobotParams,
        body: ChangeBody,
        response: { 200: Forgotten },
      },
      config: one,
    },
    async (request) => {
      const { inputs, ...plain } = request.body;
      Object.assign(
        request.audit_subject,
        plain,
        inputs === undefined ? {} : { inputs: Object.keys(inputs).join(" ") },
      );
      return changeRobot(ground, request.params.robot_id, request.body, personOf(request));
    },
  );
  app.post<One>(
    "/api/robots/:robot_id/take-over",
    {
      schema: {
        summary:
          "Become its owner: from now on it works with your rights; secrets of an owner before you are forgotten",
        tags,
        params: RobotParams,
        response: { 200: Forgotten },
      },
      config: one,
    },
    async (request) => takeOver(ground, request.params.robot_id, personOf(request)),
  );
  app.delete<One>(
    "/api/robots/:robot_id",
    {
      schema: {
        summary:
          "Take a robot away with its runs; what it did in back offices stays known, so that nothing is done twice",
        tags,
        params: RobotParams,
        response: { 204: Type.Null() },
      },
      config: one,
    },
    async (request, reply) => {
      const { robot_id } = request.params;
      await ground.store.write(SYSTEM_SCOPE, async (tx) => {
        await robotById(tx, robot_id, true);
        const open = await openRun(tx, robot_id);
        if (open !== undefined) throw problem("robots.already_running", { run_id: open.run_id });
        await deleteRobot(tx, robot_id);
      });
      return reply.code(204).send();
    },
  );
}

function secretRoute(app: FastifyInstance, ground: Ground): void {
  app.put<{ Params: Static<typeof SecretParams>; Body: Static<typeof SecretBody> }>(
    "/api/robots/:robot_id/secrets/:name",
    {
      schema: {
        summary: "Set what a robot signs in with, by its owner; it is never given again",
        tags,
        params: SecretParams,
        body: SecretBody,
        response: { 204: Type.Null() },
      },
      config: aboutOne("robot", manage),
    },
    async (request, reply) => {
      const { robot_id, name } = request.params;
      await setSecret(ground, robot_id, { name, value: request.body.value }, personOf(request));
      return reply.code(204).send();
    },
  );
}
