import type { FastifyInstance, FastifyRequest } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { aboutOne, businessDay, Day, problem } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { associateOfPerson } from "./associate-store.ts";
import {
  Count,
  DayCursor,
  Id,
  manage,
  memberWithin,
  Nullable,
  peopleOf,
  personOf,
  placeOf,
  readPeople,
  Reason,
  StoreCode,
  storesOf,
  tags,
  Text,
  Whose,
  work,
} from "./route-parts.ts";
import { countTasks, listTasks, taskById, type TaskRow } from "./task-store.ts";
import { type Ender, endTask, giveTask } from "./tasks.ts";

const LISTED = 50;
const LISTED_MAX = 200;

const State = Type.Union(["open", "done", "dropped"].map((state) => Type.Literal(state)));
const Task = Type.Object({
  task_id: Count,
  ...Whose,
  text: Text,
  due_day: Text,
  state: Text,
  result: Nullable(Text),
  source: Text,
  store_code: Nullable(Text),
  store: Nullable(Text),
  associate_id: Nullable(Count),
  associate: Nullable(Text),
  handed_from: Nullable(Text),
  made_at: Text,
  ended_at: Nullable(Text),
  mine: Type.Boolean({ description: "Whoever asks may end it" }),
});
const ListQuery = Type.Object({
  state: Type.Optional(State),
  mine: Type.Optional(
    Type.Boolean({ description: "Those of whoever asks, and those that any clerk of their stores may do" }),
  ),
  unassigned: Type.Optional(Type.Boolean({ description: "Those that any clerk of the store may do" })),
  associate_id: Type.Optional(Id),
  store_code: Type.Optional(StoreCode),
  member_id: Type.Optional(Id),
  due_until: Type.Optional(Day),
  cursor: Type.Optional(DayCursor),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: LISTED_MAX })),
});
const Counts = Type.Object({ open: Count, overdue: Count, due_today: Count, done: Count, dropped: Count });
const NewTask = Type.Object(
  {
    member_id: Id,
    text: Type.String({ minLength: 1, maxLength: 400, description: "What is to be done; no names or numbers" }),
    due_day: Day,
  },
  { additionalProperties: false },
);
const Keyed = Type.Object({ "idempotency-key": Type.String({ pattern: "^[!-~]+$", minLength: 1, maxLength: 120 }) });
const Params = Type.Object({ task_id: Id });
const Done = Type.Object(
  { result: Type.Optional(Type.String({ minLength: 1, maxLength: 400 })) },
  { additionalProperties: false },
);
const Dropping = Type.Object({ reason: Reason }, { additionalProperties: false });
const Ended = Type.Object({ task_id: Count, state: Text });

/** What staff are to do for members: the list, one more by hand, done, dropped. */
export function taskRoutes(app: FastifyInstance, ground: Ground): void {
  listRoute(app, ground);
  newRoute(app, ground);
  endRoutes(app, ground);
}

const endsHere = (row: TaskRow, { person_id, manages }: Ender) =>
  row.state === "open" && (row.person_id === null || row.person_id === person_id || manages);

const enderOf = (request: FastifyRequest): Ender => ({
  person_id: personOf(request),
  manages: request.rights?.outcome("tasks.manage", "L2") === "allow",
});

function listRoute(app: FastifyInstance, ground: Ground): void {
  app.get<{ Querystring: Static<typeof ListQuery> }>(
    "/api/tasks",
    {
      schema: {
        summary: "Tasks of staff for members by the day they are due, with how many there are",
        tags,
        querystring: ListQuery,
        response: {
          200: Type.Object({ today: Text, items: Type.Array(Task), counts: Counts, next_cursor: Nullable(Text) }),
        },
      },
      config: readPeople,
    },
    async (request) => {
      const { cursor, limit = LISTED, mine, state, ...asked } = request.query;
      const person_id = personOf(request);
      const today = businessDay(ground.clock.now(), ground.config.timezone);
      const { rows, counts } = await ground.store.read(SYSTEM_SCOPE, async (tx) => {
        const own = mine === true && person_id !== null ? await associateOfPerson(tx, person_id) : undefined;
        // whoever is no associate has those that any clerk of their stores may do
        const filter = {
          ...asked,
          stores: storesOf(request),
          state: state as TaskRow["state"] | undefined,
          mine: mine === true ? (own?.associate_id ?? 0) : undefined,
        };
        const rows = await listTasks(tx, filter, { after: placeOf(cursor), limit: limit + 1 });
        return { rows, counts: await countTasks(tx, filter, today) };
      });
      const page = rows.slice(0, limit);
      const people = await peopleOf(
        ground,
        request,
        page.flatMap(({ member_id }) => member_id ?? []),
      );
      const last = page.at(-1);
      return {
        today,
        items: page.map((row) => taskView(row, people.get(row.member_id ?? 0), endsHere(row, enderOf(request)))),
        counts,
        next_cursor: rows.length > limit && last !== undefined ? `${last.due_day}_${last.task_id}` : null,
      };
    },
  );
}

function taskView(
  row: TaskRow,
  member: { readonly name_masked: string | null; readonly phone_masked: string | null } | undefined,
  mine: boolean,
) {
  const { key: _key, person_id: _person, ended_by: _by, made_at, ended_at, ...shown } = row;
  return {
    ...shown,
    name_masked: member?.name_masked ?? null,
    phone_masked: member?.phone_masked ?? null,
    made_at: made_at.toISOString(),
    ended_at: ended_at?.toISOString() ?? null,
    mine,
  };
}

function newRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: Static<typeof NewTask>; Headers: Static<typeof Keyed> }>(
    "/api/tasks",
    {
      schema: {
        summary: "Give a task for a member to its associate, or to the member's store; once for an Idempotency-Key",
        tags,
        headers: Keyed,
        body: NewTask,
        response: { 201: Type.Object({ task_id: Count, associate: Nullable(Text), store: Nullable(Text) }) },
      },
      config: manage,
    },
    async (request, reply) => {
      const member_id = await memberWithin(ground, request, request.body.member_id);
      const person_id = personOf(request);
      const key = `api ${request.headers["idempotency-key"]}`;
      const task = { ...request.body, member_id, key };
      const row = await ground.store.write(SYSTEM_SCOPE, (tx) => giveTask(tx, ground, task, person_id));
      Object.assign(request.audit_subject, { task_id: row.task_id, member_id });
      return reply.code(201).send({ task_id: row.task_id, associate: row.associate, store: row.store });
    },
  );
}

function endRoutes(app: FastifyInstance, ground: Ground): void {
  const end = async (request: FastifyRequest, state: "done" | "dropped", result: string | null) => {
    const { task_id } = request.params as Static<typeof Params>;
    Object.assign(request.audit_subject, { task_id });
    const stores = storesOf(request);
    await ground.store.write(SYSTEM_SCOPE, async (tx) => {
      const row = await taskById(tx, task_id);
      if (row === undefined || (stores !== null && !stores.includes(row.store_code ?? "")))
        throw problem("tasks.task_unknown", { task_id });
      await endTask(tx, ground, task_id, { state, result }, enderOf(request));
    });
    return { task_id, state };
  };
  app.post<{ Params: Static<typeof Params>; Body: Static<typeof Done> }>(
    "/api/tasks/:task_id/done",
    {
      schema: { summary: "A task is done", tags, params: Params, body: Done, response: { 200: Ended } },
      config: aboutOne("staff_task", work),
    },
    (request) => end(request, "done", request.body.result ?? null),
  );
  app.post<{ Params: Static<typeof Params>; Body: Static<typeof Dropping> }>(
    "/api/tasks/:task_id/drop",
    {
      schema: {
        summary: "A task will not be done, with the reason",
        tags,
        params: Params,
        body: Dropping,
        response: { 200: Ended },
      },
      config: aboutOne("staff_task", work),
    },
    (request) => end(request, "dropped", request.body.reason),
  );
}
