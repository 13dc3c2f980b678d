import type { FastifyInstance } from "fastify";
import { Type, type Static } from "typebox";
import type { Ground } from "../../ground.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { PULL_LIMITS } from "./limits.ts";
import { personalKindOf } from "../personal-pattern.ts";
import { addPull, changePull, removePull, startPull, type PullInput } from "./pull.ts";
import { listPulls, type PullRow } from "./pull-store.ts";
import { DIALECTS } from "./pulled-table.ts";
import { aboutOne } from "../../platform/index.ts";

const tags = ["ingest"];
const Text = (max: number) => Type.String({ minLength: 1, maxLength: max });
const Id = Type.Object({ pull_id: Type.Integer({ minimum: 1 }) });
const Body = Type.Object(
  {
    name: Text(100),
    dialect: Type.Union(DIALECTS.map((dialect) => Type.Literal(dialect))),
    host: Text(255),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
    database: Text(128),
    user: Text(128),
    password: Type.String({ maxLength: 1_000 }),
    table: Text(130),
    cursor_column: Text(64),
    key_column: Text(64),
    record_kind: Text(50),
    mapping: Type.Record(
      Type.String({ maxLength: 100 }),
      Type.Object(
        {
          column: Type.Optional(Text(64)),
          value: Type.Optional(Text(500)),
          format: Type.Optional(Text(30)),
          values: Type.Optional(Type.Record(Type.String({ maxLength: 200 }), Type.String({ maxLength: 200 }))),
        },
        { additionalProperties: false },
      ),
      { maxProperties: 200 },
    ),
    options: Type.Optional(Type.Object({}, { additionalProperties: true })),
    every_seconds: Type.Integer({ minimum: PULL_LIMITS.every_seconds_min, maximum: 31 * 86_400 }),
    source_key: Type.Optional(Text(63)),
  },
  { additionalProperties: false },
);

/** A pull as people see it: everything but the password; the cursor unless it looks personal, the key never. */
function pullView(pull: PullRow): Record<string, unknown> {
  const { password_sealed: _sealed, secret_key: _key, position, ...shown } = pull;
  const cursor = position === null || personalKindOf(position.cursor) !== undefined ? null : position.cursor;
  return { ...shown, started: position !== null, cursor };
}

export function pullRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/pulls",
    {
      schema: { summary: "Foreign tables that are read by a cursor", tags },
      config: { access: { permission: "data.read", level: "L2" } },
    },
    async () => ({ items: (await ground.store.read(SYSTEM_SCOPE, listPulls)).map(pullView) }),
  );
  app.post<{ Body: Static<typeof Body> }>(
    "/api/pulls",
    {
      schema: { summary: "Add a pull; its table is opened once to check it", tags, body: Body },
      config: { access: { permission: "data.manage", level: "L2", audit: "pulls.add" } },
    },
    async (request, reply) => reply.code(201).send(pullView(await addPull(ground, request.body as PullInput))),
  );
  app.put<{ Params: Static<typeof Id>; Body: Static<typeof Body> }>(
    "/api/pulls/:pull_id",
    {
      schema: {
        summary: "Change a pull; an empty password keeps the stored one; another table or cursor starts anew",
        tags,
        params: Id,
        body: Body,
      },
      config: aboutOne("pull", { access: { permission: "data.manage", level: "L2", audit: "pulls.change" } }),
    },
    async (request) => pullView(await changePull(ground, request.params.pull_id, request.body as PullInput)),
  );
  app.post<{ Params: Static<typeof Id> }>(
    "/api/pulls/:pull_id/run",
    {
      schema: { summary: "Read what is new now", tags, params: Id },
      config: aboutOne("pull", { access: { permission: "data.manage", level: "L2", audit: "pulls.run" } }),
    },
    async (request, reply) => {
      const job_id = await startPull(ground, request.params.pull_id, request.person?.person_id);
      return reply.code(202).send({ job_id });
    },
  );
  app.delete<{ Params: Static<typeof Id> }>(
    "/api/pulls/:pull_id",
    {
      schema: {
        summary: "Stop reading a table; its password is destroyed",
        tags,
        params: Id,
        response: { 204: Type.Null() },
      },
      config: aboutOne("pull", { access: { permission: "data.manage", level: "L2", audit: "pulls.delete" } }),
    },
    async (request, reply) => {
      await removePull(ground, request.params.pull_id);
      return reply.code(204).send();
    },
  );
}
