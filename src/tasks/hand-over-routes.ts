import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { staffNames } from "../access/index.ts";
import type { Ground } from "../ground.ts";
import { aboutOne, unapproved } from "../platform/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { associateWithin, handOver, undoHandOver } from "./hand-over.ts";
import { handOversOf } from "./hand-over-store.ts";
import { Count, Id, manage, Nullable, personOf, read, Reason, storesOf, tags, Text } from "./route-parts.ts";

const RECEIVERS_MAX = 50;
const LISTED = 20;

const Params = Type.Object({ associate_id: Id });
const Handing = Type.Object(
  {
    to: Type.Array(Id, {
      minItems: 1,
      maxItems: RECEIVERS_MAX,
      description: "One takes all; several share members in turn, tasks with their member",
    }),
    leaves: Type.Boolean({ description: "Takes no more members or tasks from now on" }),
    reason: Reason,
  },
  { additionalProperties: false },
);
const Moved = Type.Object({ hand_over_id: Count, members: Count, tasks: Count });

/** An associate who leaves gives all members and open tasks to others; one act, which can be taken back as a whole. */
export function handOverRoutes(app: FastifyInstance, ground: Ground): void {
  app.post<{ Params: Static<typeof Params>; Body: Static<typeof Handing> }>(
    "/api/associates/:associate_id/hand-over",
    {
      schema: {
        summary: "Give all members and open tasks of an associate to another, or share them out",
        tags,
        params: Params,
        body: Handing,
        response: { 201: Moved },
      },
      config: aboutOne("associate", manage),
    },
    async (request, reply) => {
      const { associate_id } = request.params;
      const by = { person_id: personOf(request), stores: storesOf(request) };
      const row = await ground.store.write(SYSTEM_SCOPE, (tx) => handOver(tx, ground, associate_id, request.body, by));
      const { hand_over_id, members, tasks } = row;
      Object.assign(request.audit_subject, { associate_id, hand_over_id, members, tasks });
      return reply.code(201).send({ hand_over_id, members, tasks });
    },
  );
  undoRoute(app, ground);
  listRoute(app, ground);
}

function undoRoute(app: FastifyInstance, ground: Ground): void {
  const HandOver = Type.Object({ hand_over_id: Id });
  app.post<{ Params: Static<typeof HandOver> }>(
    "/api/associates/hand-overs/:hand_over_id/undo",
    {
      schema: {
        summary: "Undo a hand-over: members and open tasks that nobody moved since go back",
        tags,
        params: HandOver,
        response: { 200: Moved },
      },
      config: unapproved(
        "gives members and tasks back to whom they were with, and can be done again",
        aboutOne("hand_over", manage),
      ),
    },
    async (request) => {
      const { hand_over_id } = request.params;
      Object.assign(request.audit_subject, { hand_over_id });
      const by = { person_id: personOf(request), stores: storesOf(request) };
      const moved = await ground.store.write(SYSTEM_SCOPE, (tx) => undoHandOver(tx, ground, hand_over_id, by));
      return { hand_over_id, ...moved };
    },
  );
}

function listRoute(app: FastifyInstance, ground: Ground): void {
  const Listed = Type.Object({
    hand_over_id: Count,
    from_associate: Count,
    to_associates: Type.Array(Count),
    leaves: Type.Boolean(),
    reason: Text,
    members: Count,
    tasks: Count,
    made_by: Nullable(Text),
    made_at: Text,
    undone_at: Nullable(Text),
  });
  app.get<{ Params: Static<typeof Params> }>(
    "/api/associates/:associate_id/hand-overs",
    {
      schema: {
        summary: "Hand-overs from and to an associate, newest first",
        tags,
        params: Params,
        response: { 200: Type.Object({ items: Type.Array(Listed) }) },
      },
      config: aboutOne("associate", read),
    },
    async (request) => {
      const { associate_id } = request.params;
      return ground.store.read(SYSTEM_SCOPE, async (tx) => {
        await associateWithin(tx, associate_id, storesOf(request));
        const rows = await handOversOf(tx, associate_id, LISTED);
        const names = await staffNames(
          tx,
          rows.map((row) => row.made_by),
        );
        return {
          items: rows.map(({ undone_by: _by, made_at, undone_at, made_by, ...row }) => ({
            ...row,
            made_by: made_by === null ? null : (names.get(made_by) ?? null),
            made_at: made_at.toISOString(),
            undone_at: undone_at?.toISOString() ?? null,
          })),
        };
      });
    },
  );
}
