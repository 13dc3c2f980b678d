import { expect, test } from "vitest";
import { SCENES } from "../../../definitions/journeys/index.ts";
import { JOURNEY_KEY, waysOf } from "../definition.ts";

const messagesOf = (scene: (typeof SCENES)[number]) =>
  Object.values(scene.journey.nodes).flatMap((node) => (node.kind === "message" ? [node.template] : []));

test("scenes and templates have names of their own, and a template begins with its scene's", () => {
  const keys = SCENES.map(({ key }) => key);
  const templates = SCENES.flatMap(({ key, templates: own }) => own.map(({ template }) => [key, template] as const));
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(templates.map(([, template]) => template)).size).toBe(templates.length);
  for (const [key, template] of templates) {
    expect(template).toMatch(new RegExp(JOURNEY_KEY));
    expect(template.startsWith(`${key}_`)).toBe(true);
  }
});

test.for(SCENES.map((scene) => [scene.key, scene] as const))(
  "%s brings the templates it sends, no others, and shows each node of its example",
  ([, scene]) => {
    const { journey, templates, example } = scene;
    expect([...new Set(messagesOf(scene))].toSorted()).toEqual(templates.map(({ template }) => template).toSorted());
    for (const [, node] of example.way) expect(Object.keys(journey.nodes)).toContain(node);
    for (const [, template] of example.messages) expect(messagesOf(scene)).toContain(template);
    expect(example.messages.length).toBeGreaterThan(0);
    for (const text of [scene.sentence_zh, scene.goal_zh, example.zh]) expect(text).toMatch(/\p{Script=Han}/u);
    for (const text of [scene.sentence_en, scene.goal_en, example.en]) expect(text).not.toMatch(/\p{Script=Han}/u);
  },
);

test.for(SCENES.map((scene) => [scene.key, scene] as const))("%s has no way that leads nowhere", ([, { journey }]) => {
  for (const node of Object.values(journey.nodes))
    for (const next of waysOf(node)) expect(Object.keys(journey.nodes)).toContain(next);
});

test("whoever is advised by tier gets other words at the top than elsewhere", () => {
  const byTier = SCENES.filter(({ journey }) => journey.nodes["top"] !== undefined);
  expect(byTier.length).toBeGreaterThanOrEqual(8);
  for (const { journey, templates } of byTier) {
    const [top, others] = waysOf(journey.nodes["top"] ?? { kind: "exit" }).map((key) => journey.nodes[key]);
    if (top?.kind !== "message" || others?.kind !== "message") throw new Error("a tier leads to no message");
    const textOf = (key: string) => templates.find(({ template }) => template === key)?.content.text ?? "";
    expect(textOf(top.template)).toMatch(/顾问/);
    expect(textOf(others.template)).not.toMatch(/顾问/);
  }
});
