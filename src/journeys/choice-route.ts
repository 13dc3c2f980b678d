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
import { eventValues } from "./variables/event-values.ts";
import { MEMBER_VALUES } from "./variables/member-values.ts";
import { STEP_VALUES } from "./variables/step-values.ts";

const Text = Type.String();
const Value = Type.Object({ value: Text, zh: Text, en: Text, type: Text });
const Choices = Type.Object({
  events: Type.Array(
    Type.Object({
      kind: Text,
      zh: Text,
      en: Text,
      values: Type.Array(Value, { description: "What messages may tell of it where it is the entry" }),
    }),
  ),
  templates: Type.Array(
    Type.Object({
      template: Text,
      name: Text,
      channel: Text,
      category: Text,
      approved: Type.Boolean(),
      text: Text,
      variables: Type.Array(Text, { description: "What its words read, beside the member's name" }),
    }),
  ),
  member_values: Type.Array(Value),
  step_values: Type.Record(Text, Type.Array(Value), {
    description: "What messages may tell of an earlier node, by its kind; of points without days no last_day",
  }),
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
      events: HAPPENING_KINDS.map(({ kind, zh, en }) => ({ kind, zh, en, values: eventValues(kind) })),
      templates: await ground.store.read(scope, templateChoices),
      member_values: MEMBER_VALUES.map(({ value, zh, en, type }) => ({ value, zh, en, type })),
      step_values: STEP_VALUES,
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
