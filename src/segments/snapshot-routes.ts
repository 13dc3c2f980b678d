import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Ground } from "../ground.ts";
import { Condition, editorOf, IdParams, manage, Nullable, read, tags } from "./route-parts.ts";
import { listSnapshots } from "./snapshot-store.ts";
import { removeSnapshot, snapshotView, takeSnapshot } from "./snapshots.ts";
import { aboutOne } from "../platform/index.ts";

const NewSnapshot = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 60 }),
  segment_id: Type.Optional(Type.Integer({ minimum: 1 })),
  condition: Type.Optional(Condition),
});
const SnapshotView = Type.Object({
  snapshot_id: Type.Integer(),
  name: Type.String(),
  segment_id: Nullable(Type.Integer()),
  condition: Type.Unknown(),
  members: Type.Integer(),
  business_day: Type.String(),
  as_of: Type.String(),
  created_by_name: Nullable(Type.String()),
  created_at: Type.String(),
  /** The condition that means "is in this snapshot". */
  expression: Type.Unknown(),
});

/** Memberships of a moment, kept by name. */
export function snapshotRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/segments/snapshots",
    {
      schema: { tags, summary: "Snapshots", response: { 200: Type.Object({ items: Type.Array(SnapshotView) }) } },
      config: read,
    },
    async (request) => ({
      items: await ground.store.read(request.scope, async (tx) => (await listSnapshots(tx)).map(snapshotView)),
    }),
  );

  app.post<{ Body: Static<typeof NewSnapshot> }>(
    "/api/segments/snapshots",
    {
      schema: { tags, summary: "Keep the members of now", body: NewSnapshot, response: { 201: SnapshotView } },
      config: manage("segments.snapshot"),
    },
    async (request, reply) => {
      const { name, ...group } = request.body;
      const taken = await takeSnapshot(ground, { name: name.trim(), ...group }, editorOf(request));
      request.audit_subject = { snapshot_id: taken.snapshot_id, members: taken.members };
      return reply.code(201).send(taken);
    },
  );

  app.delete<{ Params: Static<typeof IdParams> }>(
    "/api/segments/snapshots/:id",
    {
      schema: { tags, summary: "Delete a snapshot", params: IdParams, response: { 204: Type.Null() } },
      config: aboutOne("snapshot", manage("segments.snapshot_delete")),
    },
    async (request, reply) => {
      await removeSnapshot(ground, request.params.id);
      return reply.code(204).send();
    },
  );
}
