import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { templateChoices } from "../channels/index.ts";
import type { Ground } from "../ground.ts";
import { KINDS } from "../ingest/index.ts";
import { errandRobots } from "../robots/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";

const Text = Type.String();
const Choices = Type.Object({
  events: Type.Array(Type.Object({ kind: Text, zh: Text, en: Text })),
  templates: Type.Array(
    Type.Object({ template: Text, channel: Text, category: Text, approved: Type.Boolean(), text: Text }),
  ),
  robots: Type.Array(
    Type.Object({
      robot_id: Type.Integer(),
      name: Text,
      inputs: Type.Array(Type.Object({ name: Text, zh: Text, en: Text })),
    }),
  ),
});

/** What whoever draws a journey may choose from, but for segments, which have a list of their own. */
export function choiceRoute(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/journeys/node-choices",
    {
      schema: {
        summary: "Kinds of records, templates of messages and robots that a journey may name",
        tags: ["journeys"],
        response: { 200: Choices },
      },
      config: { access: { permission: "journeys.read", level: "L2" } },
    },
    async ({ scope }) => ({
      events: KINDS.map(({ kind, zh, en }) => ({ kind, zh, en })),
      templates: await ground.store.read(scope, templateChoices),
      robots: await ground.store.read(SYSTEM_SCOPE, errandRobots),
    }),
  );
}
