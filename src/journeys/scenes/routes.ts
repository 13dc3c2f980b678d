import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import { SCENES } from "../../../definitions/journeys/index.ts";
import type { Ground } from "../../ground.ts";
import { problem } from "../../platform/index.ts";
import { SYSTEM_SCOPE } from "../../store/index.ts";
import { automationShare, SHARE_DAYS } from "./automation.ts";
import { makeScene } from "./make-scene.ts";
import { journeyOf } from "./scene.ts";

const tags = ["journeys"];
const read = { access: { permission: "journeys.read", level: "L2" } } as const;
const manage = { access: { permission: "journeys.manage", level: "L2" } } as const;
const Text = Type.String();
const Count = Type.Integer();
const Words = Type.Object({ zh: Text, en: Text });

const SceneView = Type.Object({
  scene: Text,
  ...Words.properties,
  sentence: Words,
  goal: Words,
  journey: Type.Unknown({ description: "As a draft is sent" }),
  templates: Type.Array(
    Type.Object({ template: Text, name: Text, channel: Text, category: Text, title: Text, text: Text }),
  ),
  example: Type.Object({
    ...Words.properties,
    way: Type.Array(Type.Object({ at: Text, node: Text }), { description: "The nodes that were left, and when" }),
    messages: Type.Array(Type.Object({ at: Text, template: Text })),
  }),
});
const ShareView = Type.Object({
  days: Count,
  marketing_sent: Count,
  marketing_automated: Type.Integer({ description: "Marketing messages that no person started" }),
  scenes: Type.Array(
    Type.Object({
      scene: Text,
      ...Words.properties,
      sentence: Words,
      journeys: Type.Array(Type.Object({ journey: Text, state: Text })),
      counts: Type.Union([Type.Literal("members"), Type.Literal("moments")]),
      qualifying: Count,
      handled: Count,
      automated: Type.Boolean({ description: "Live, and 95 % of those whom it is about were handled" }),
    }),
  ),
});
const Choosing = Type.Object(
  { scene: Type.String({ pattern: "^[a-z][a-z0-9_]{1,58}$" }) },
  { additionalProperties: false },
);

/** Shipped scenes: shown, made into drafts; and how much runs by itself. */
export function sceneRoutes(app: FastifyInstance, ground: Ground): void {
  app.get(
    "/api/journeys/shipped-scenes",
    {
      schema: {
        summary: "Lifecycle scenes that ship: what each is for, its journey, templates and a worked example",
        tags,
        response: { 200: Type.Object({ items: Type.Array(SceneView) }) },
      },
      config: read,
    },
    async () => ({ items: SCENES.map(sceneView) }),
  );
  app.post<{ Body: Static<typeof Choosing> }>(
    "/api/journeys/from-scene",
    {
      schema: {
        summary: "Make a draft of a scene, with the templates that it names as drafts; those that are there stay",
        tags,
        body: Choosing,
        response: { 200: Type.Object({ journey: Text }) },
      },
      config: manage,
    },
    async ({ body, person }) => {
      const scene = SCENES.find(({ key }) => key === body.scene);
      if (scene === undefined) throw problem("journeys.scene_unknown", { scene: body.scene });
      return ground.store.write(SYSTEM_SCOPE, (tx) =>
        makeScene(tx, ground, scene, { person_id: person?.person_id ?? null }),
      );
    },
  );
  app.get(
    "/api/journeys/automation-share",
    {
      schema: {
        summary: "How much runs by itself: marketing messages that no person started, and lifecycle scenes",
        tags,
        response: { 200: ShareView },
      },
      config: read,
    },
    async () => {
      const { scenes, ...messages } = await ground.store.read(SYSTEM_SCOPE, (tx) => automationShare(tx, ground));
      const words = new Map(SCENES.map((scene) => [scene.key, scene]));
      return {
        days: SHARE_DAYS,
        ...messages,
        scenes: scenes.map((one) => {
          const { zh = "", en = "", sentence_zh = "", sentence_en = "" } = words.get(one.scene) ?? {};
          return { ...one, journeys: [...one.journeys], zh, en, sentence: { zh: sentence_zh, en: sentence_en } };
        }),
      };
    },
  );
}

function sceneView(scene: (typeof SCENES)[number]): Static<typeof SceneView> {
  const { key, zh, en, templates, example } = scene;
  return {
    scene: key,
    zh,
    en,
    sentence: { zh: scene.sentence_zh, en: scene.sentence_en },
    goal: { zh: scene.goal_zh, en: scene.goal_en },
    journey: journeyOf(scene, key),
    templates: templates.map(({ template, name, category, content }) => {
      const title = "title" in content ? content.title : "";
      return { template, name, category, channel: content.kind, title, text: content.text };
    }),
    example: {
      zh: example.zh,
      en: example.en,
      way: example.way.map(([at, node]) => ({ at, node })),
      messages: example.messages.map(([at, template]) => ({ at, template })),
    },
  };
}
