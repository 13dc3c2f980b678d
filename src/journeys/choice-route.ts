import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import { benefitChoices, couponChoices } from "../benefits/index.ts";
import { endpointNames, templateChoices } from "../channels/index.ts";
import type { Ground } from "../ground.ts";
import { errandRobots } from "../robots/index.ts";
import { SYSTEM_SCOPE } from "../store/index.ts";
import { tierChoices } from "../tiers/index.ts";
import { enteredVersions } from "./journey-store.ts";
import { HAPPENING_KINDS } from "./own-events.ts";

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
  coupons: Type.Array(
    Type.Object({ coupon: Text, zh: Text, en: Text, left: Type.Integer({ description: "In open batches" }) }),
  ),
  benefits: Type.Array(Type.Object({ benefit: Text, zh: Text, en: Text })),
  tiers: Type.Array(Type.Object({ tier: Text, zh: Text, en: Text })),
  endpoints: Type.Array(Type.Object({ endpoint_id: Type.Integer(), name: Text })),
  journeys: Type.Array(Type.Object({ journey: Text, zh: Text, en: Text })),
});

/** What whoever draws a journey may choose from, but for segments, which have a list of their own. */
export function choiceRoute(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/journeys/node-choices",
    {
      schema: {
        summary:
          "What a journey may name: kinds of records, templates, robots, coupons, benefits, tiers, endpoints, journeys",
        tags: ["journeys"],
        response: { 200: Choices },
      },
      config: { access: { permission: "journeys.read", level: "L2" } },
    },
    async ({ scope }) => ({
      events: HAPPENING_KINDS.map(({ kind, zh, en }) => ({ kind, zh, en })),
      templates: await ground.store.read(scope, templateChoices),
      robots: await ground.store.read(SYSTEM_SCOPE, errandRobots),
      ...(await ground.store.read(SYSTEM_SCOPE, async (tx) => ({
        coupons: await couponChoices(tx, ground),
        benefits: await benefitChoices(tx, ground),
        tiers: await tierChoices(tx),
        endpoints: await endpointNames(tx),
        journeys: (
          await enteredVersions(tx)
        )
          .filter(({ definition }) => definition.entry.kind === "api")
          .map(({ journey, definition: { zh, en } }) => ({ journey, zh, en })),
      }))),
    }),
  );
}
