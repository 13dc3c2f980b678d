import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { Value } from "typebox/value";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { JourneyDefinition, NODE_KEY } from "../definition.ts";
import { previewMessage } from "./preview.ts";

const Text = Type.String();
const Body = Type.Object(
  {
    definition: Type.Unknown({ description: "A draft, as in PUT /api/journeys/{journey}/draft" }),
    node: Type.String({ pattern: NODE_KEY }),
    member_id: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  },
  { additionalProperties: false },
);

/** How a message of a draft reads, with the values that its variables would have. */
export function previewRoute(app: FastifyInstance, ground: Ground): void {
  app.post<{ Body: { definition: unknown; node: string; member_id?: number } }>(
    "/api/journeys/message-preview",
    {
      schema: {
        summary: "A message of a draft as a member would read it, the name masked; nothing is sent",
        description:
          "Of the member as they are, of their newest record of the entry's kind, of earlier nodes as if they were passed now; what there is not stands as an example.",
        tags: ["journeys"],
        body: Body,
        response: {
          200: Type.Object({
            title: Text,
            text: Text,
            parts: Type.Integer(),
            letters: Type.Integer(),
            values: Type.Array(
              Type.Object({
                name: Text,
                told: Text,
                example: Type.Boolean({ description: "There is no such value; this one stands for it" }),
              }),
            ),
          }),
        },
      },
      config: { access: { permission: "journeys.read", level: "L2" } },
    },
    async ({ body: { definition, node, member_id = null }, scope }) => {
      if (!Value.Check(JourneyDefinition, definition)) throw problem("journeys.no_message_node", { node });
      return previewMessage(ground, scope, definition, { node, member_id });
    },
  );
}
